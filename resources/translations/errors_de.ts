<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>errors</name>
    <message>
        <source>Something went wrong</source>
        <translation>Etwas ist schiefgegangen</translation>
    </message>
    <message>
        <source>Try again; if it happens again, tell the support desk the code.</source>
        <translation>Versuchen Sie es noch einmal; wenn es wieder geschieht, nennen Sie dem Support den Code.</translation>
    </message>
    <message>
        <source>The browser's storage could not be read</source>
        <translation>Der Speicher des Browsers konnte nicht gelesen werden</translation>
    </message>
    <message>
        <source>Close the browser and try again.</source>
        <translation>Schließen Sie den Browser und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Nothing to read there</source>
        <translation>Dort gibt es nichts zu lesen</translation>
    </message>
    <message>
        <source>{path} does not exist or holds no browser storage.</source>
        <translation>{path} gibt es nicht, oder dort liegt kein Browserspeicher.</translation>
    </message>
    <message>
        <source>Name a browser profile folder, a browser's user-data folder or one of its stores; `desktop-migrator scan` lists those it finds.</source>
        <translation>Wählen Sie den Ordner eines Browserprofils oder einen der gefundenen Browser.</translation>
    </message>
    <message>
        <source>{path} cannot be read: {reason}</source>
        <translation>{path} kann nicht gelesen werden: {reason}</translation>
    </message>
    <message>
        <source>Check that you may read this folder, close the browser, and try again.</source>
        <translation>Prüfen Sie, ob Sie diesen Ordner lesen dürfen, schließen Sie den Browser und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>This storage is of an unknown kind</source>
        <translation>Dieser Speicher ist von unbekannter Art</translation>
    </message>
    <message>
        <source>Nothing was changed. Look for a newer version of this program.</source>
        <translation>Es wurde nichts geändert. Suchen Sie nach einer neueren Version dieses Programms.</translation>
    </message>
    <message>
        <source>No private copy of the storage could be made</source>
        <translation>Es konnte keine eigene Kopie des Speichers angelegt werden</translation>
    </message>
    <message>
        <source>Make room on the disk or close the browser, then try again.</source>
        <translation>Schaffen Sie Platz auf der Festplatte oder schließen Sie den Browser und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The plan cannot be used</source>
        <translation>Der Plan kann nicht verwendet werden</translation>
    </message>
    <message>
        <source>Mend the plan at the place named, or leave --plan away to use the built-in plan.</source>
        <translation>Bitten Sie den, von dem der Plan stammt, um einen neuen.</translation>
    </message>
    <message>
        <source>The plan and the database do not fit together</source>
        <translation>Plan und Datenbank passen nicht zusammen</translation>
    </message>
    <message>
        <source>Several web sites have data that fits the plan</source>
        <translation>Mehrere Websites haben Daten, die zum Plan passen</translation>
    </message>
    <message>
        <source>Say which one is meant: --origin ORIGIN.</source>
        <translation>Wählen Sie, welche gemeint ist.</translation>
    </message>
    <message>
        <source>There is nothing to migrate</source>
        <translation>Es gibt nichts zu übertragen</translation>
    </message>
    <message>
        <source>No web site has data in these browsers that the plan is for.</source>
        <translation>Keine Website hat in diesen Browsern Daten, für die der Plan gedacht ist.</translation>
    </message>
    <message>
        <source>See what there is with `desktop-migrator scan`; name the web site with --origin, or the folder with --source.</source>
        <translation>Wählen Sie einen anderen Browser oder den Ordner, in dem er seine Daten ablegt.</translation>
    </message>
    <message>
        <source>This web site keeps nothing here</source>
        <translation>Diese Website hat hier nichts abgelegt</translation>
    </message>
    <message>
        <source>These browsers hold no record of {origins}.</source>
        <translation>In diesen Browsern liegt kein Eintrag von {origins}.</translation>
    </message>
    <message>
        <source>See which web sites there are with `desktop-migrator scan`.</source>
        <translation>Wählen Sie einen anderen Browser oder eine andere Website.</translation>
    </message>
    <message>
        <source>The database refused</source>
        <translation>Die Datenbank hat abgelehnt</translation>
    </message>
    <message>
        <source>The database cannot be reached</source>
        <translation>Die Datenbank ist nicht erreichbar</translation>
    </message>
    <message>
        <source>Check host, port and network; `desktop-migrator test-connection` shows more.</source>
        <translation>Prüfen Sie Servername, Port und Netzwerk; der Verbindungstest zeigt mehr.</translation>
    </message>
    <message>
        <source>The database does not accept this user or password</source>
        <translation>Die Datenbank nimmt diesen Benutzer oder dieses Passwort nicht an</translation>
    </message>
    <message>
        <source>{server}, user {user}</source>
        <translation>{server}, Benutzer {user}</translation>
    </message>
    <message>
        <source>Check the user name and the password.</source>
        <translation>Prüfen Sie Benutzername und Passwort.</translation>
    </message>
    <message>
        <source>The database user may not do this</source>
        <translation>Der Datenbankbenutzer darf das nicht</translation>
    </message>
    <message>
        <source>Ask the database's administrator for this right: {right}.</source>
        <translation>Bitten Sie den Verwalter der Datenbank um dieses Recht: {right}.</translation>
    </message>
    <message>
        <source>The database lacks a table</source>
        <translation>In der Datenbank fehlt eine Tabelle</translation>
    </message>
    <message>
        <source>There is no table {table}.</source>
        <translation>Es gibt keine Tabelle {table}.</translation>
    </message>
    <message>
        <source>Use --create-tables to have it made, leave these items out with --exclude, or name another table in the plan.</source>
        <translation>Lassen Sie sie hier anlegen, oder lassen Sie diese Einträge weg.</translation>
    </message>
    <message>
        <source>This is not a database address</source>
        <translation>Das ist keine Datenbankadresse</translation>
    </message>
    <message>
        <source>Write it as postgresql://user@host:5432/database, or `builtin` for the built-in one.</source>
        <translation>Schreiben Sie sie so: postgresql://benutzer@server:5432/datenbank.</translation>
    </message>
    <message>
        <source>The built-in database does not start</source>
        <translation>Die eingebaute Datenbank startet nicht</translation>
    </message>
    <message>
        <source>See {log}; or give the address of another PostgreSQL with --database.</source>
        <translation>Siehe {log}, oder verwenden Sie eine andere Datenbank.</translation>
    </message>
    <message>
        <source>This person is not known to the app</source>
        <translation>Diese Person ist der App nicht bekannt</translation>
    </message>
    <message>
        <source>No row of {table} has this {column}.</source>
        <translation>Keine Zeile von {table} hat diese Angabe ({column}).</translation>
    </message>
    <message>
        <source>Check the spelling, or give the user's id with --user-id.</source>
        <translation>Prüfen Sie die Schreibweise, oder geben Sie Ihre Kennung in der App an.</translation>
    </message>
    <message>
        <source>The database broke a transaction off</source>
        <translation>Die Datenbank hat einen Vorgang abgebrochen</translation>
    </message>
    <message>
        <source>No secure connection to the database</source>
        <translation>Keine sichere Verbindung zur Datenbank</translation>
    </message>
    <message>
        <source>If the server's certificate comes from an authority of its own, name that authority's file: ?sslmode=verify-full&amp;sslrootcert=FILE at the end of the address. In a network that you trust, ?sslmode=disable does without security.</source>
        <translation>Stammt das Zertifikat des Servers von einer eigenen Stelle, nennen Sie deren Datei am Ende der Adresse: ?sslmode=verify-full&amp;sslrootcert=DATEI. In einem Netz, dem Sie vertrauen, geht es mit ?sslmode=disable ohne Sicherung.</translation>
    </message>
    <message>
        <source>The database refuses this connection</source>
        <translation>Die Datenbank weist diese Verbindung ab</translation>
    </message>
    <message>
        <source>Check the database's name, or show this to the database's administrator.</source>
        <translation>Prüfen Sie den Namen der Datenbank, oder zeigen Sie dies ihrem Verwalter.</translation>
    </message>
    <message>
        <source>The database is busy</source>
        <translation>Die Datenbank ist ausgelastet</translation>
    </message>
    <message>
        <source>Try again in a few minutes.</source>
        <translation>Versuchen Sie es in ein paar Minuten noch einmal.</translation>
    </message>
    <message>
        <source>Several people match</source>
        <translation>Die Angabe passt auf mehrere Personen</translation>
    </message>
    <message>
        <source>More than one row of {table} has this {column}, small and capital letters aside.</source>
        <translation>Mehr als eine Zeile von {table} hat diese Angabe ({column}), von Groß- und Kleinschreibung abgesehen.</translation>
    </message>
    <message>
        <source>Write it exactly as the app shows it, or give the user's id with --user-id.</source>
        <translation>Schreiben Sie sie genau wie in der App, oder geben Sie Ihre Kennung in der App an.</translation>
    </message>
    <message>
        <source>The database takes no changes</source>
        <translation>Die Datenbank nimmt keine Änderungen an</translation>
    </message>
    <message>
        <source>Give the address of the primary server if this is a replica; else have default_transaction_read_only switched off for this user and database.</source>
        <translation>Ist dies eine Kopie, geben Sie die Adresse des Hauptservers an; sonst muss default_transaction_read_only für diesen Benutzer und diese Datenbank ausgeschaltet werden.</translation>
    </message>
    <message>
        <source>The vault cannot do this</source>
        <translation>Der Tresor kann das nicht</translation>
    </message>
    <message>
        <source>This does not open the file</source>
        <translation>Damit lässt sich die Datei nicht öffnen</translation>
    </message>
    <message>
        <source>It opens with {needed}; what was given does not fit.</source>
        <translation>Sie öffnet sich mit {needed}; was angegeben wurde, passt nicht.</translation>
    </message>
    <message>
        <source>Check the passphrase (capital letters and the keyboard's language too) or type the recovery key.</source>
        <translation>Prüfen Sie die Passphrase (auch Großbuchstaben und die Sprache der Tastatur), oder geben Sie den Wiederherstellungsschlüssel ein.</translation>
    </message>
    <message>
        <source>The file is damaged or was changed</source>
        <translation>Die Datei ist beschädigt oder wurde verändert</translation>
    </message>
    <message>
        <source>Nothing of it was used. Take another copy of the file, or another backup.</source>
        <translation>Nichts davon wurde verwendet. Nehmen Sie eine andere Kopie der Datei oder eine andere Sicherung.</translation>
    </message>
    <message>
        <source>The file was made by a newer version of this program</source>
        <translation>Die Datei stammt von einer neueren Version dieses Programms</translation>
    </message>
    <message>
        <source>It is of version {version}; this program knows version {known}.</source>
        <translation>Sie hat Version {version}; dieses Programm kennt Version {known}.</translation>
    </message>
    <message>
        <source>Get the newest version of this program and try again.</source>
        <translation>Holen Sie sich die neueste Version dieses Programms und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>This is neither a backup nor a capture</source>
        <translation>Das ist weder eine Sicherung noch eine Aufnahme</translation>
    </message>
    <message>
        <source>The file does not begin as such files do.</source>
        <translation>Die Datei beginnt nicht wie solche Dateien.</translation>
    </message>
    <message>
        <source>Check that it is the right file, and that it came over whole and unconverted: send it as an attachment or in a ZIP, not as text.</source>
        <translation>Prüfen Sie, ob es die richtige Datei ist und ob sie ganz und unverändert ankam: als Anhang oder in einem ZIP, nicht als Text.</translation>
    </message>
    <message>
        <source>This key cannot be used</source>
        <translation>Dieser Schlüssel kann nicht verwendet werden</translation>
    </message>
    <message>
        <source>Type it again, or ask whom it came from.</source>
        <translation>Geben Sie ihn noch einmal ein, oder fragen Sie den, von dem er kommt.</translation>
    </message>
    <message>
        <source>This kit cannot be used</source>
        <translation>Dieses Paket kann nicht verwendet werden</translation>
    </message>
    <message>
        <source>Ask whoever gave you the kit to send it again, as an attachment.</source>
        <translation>Bitten Sie den, von dem das Paket kommt, es noch einmal zu schicken, als Anhang.</translation>
    </message>
    <message>
        <source>This kit was changed after it was made</source>
        <translation>Dieses Paket wurde nach seiner Herstellung verändert</translation>
    </message>
    <message>
        <source>{path} says that it is from {owner}, but its signature does not fit it.</source>
        <translation>{path} gibt an, von {owner} zu sein, aber die Unterschrift passt nicht dazu.</translation>
    </message>
    <message>
        <source>Do not use it. Ask {owner}, on a way that you know, to send it again; delete this one.</source>
        <translation>Verwenden Sie es nicht. Bitten Sie {owner} auf einem Weg, den Sie kennen, es noch einmal zu schicken, und löschen Sie dieses.</translation>
    </message>
    <message>
        <source>This backup or capture cannot be read</source>
        <translation>Diese Sicherung oder Aufnahme kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>Nothing of it was used. Look for a newer version of this program.</source>
        <translation>Nichts davon wurde verwendet. Suchen Sie nach einer neueren Version dieses Programms.</translation>
    </message>
    <message>
        <source>The file cannot be read</source>
        <translation>Die Datei kann nicht gelesen werden</translation>
    </message>
    <message>
        <source>Check the file's name and whether you may read it.</source>
        <translation>Prüfen Sie den Namen der Datei und ob Sie sie lesen dürfen.</translation>
    </message>
    <message>
        <source>The backup or capture could not be written</source>
        <translation>Die Sicherung oder Aufnahme konnte nicht geschrieben werden</translation>
    </message>
    <message>
        <source>Nothing else was done. Make room on the disk and try again.</source>
        <translation>Sonst wurde nichts getan. Schaffen Sie Platz auf der Festplatte und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The backup or capture failed its check</source>
        <translation>Die Sicherung oder Aufnahme hat ihre Prüfung nicht bestanden</translation>
    </message>
    <message>
        <source>Nothing else was done. Try again; if it fails again, the disk is at fault.</source>
        <translation>Sonst wurde nichts getan. Versuchen Sie es noch einmal; misslingt es wieder, liegt es an der Festplatte.</translation>
    </message>
    <message>
        <source>There is no such backup</source>
        <translation>Diese Sicherung gibt es nicht</translation>
    </message>
    <message>
        <source>`desktop-migrator backup list` lists those there are.</source>
        <translation>Wählen Sie eine andere.</translation>
    </message>
    <message>
        <source>The key is missing</source>
        <translation>Der Schlüssel fehlt</translation>
    </message>
    <message>
        <source>It opens with {needed}, and nobody gave that.</source>
        <translation>Sie öffnet sich mit {needed}, und das wurde nicht angegeben.</translation>
    </message>
    <message>
        <source>Run the command in a terminal and type it, or send it by --passphrase-stdin; a recovery key counts as a passphrase.</source>
        <translation>Geben Sie die Passphrase oder den Wiederherstellungsschlüssel ein.</translation>
    </message>
    <message>
        <source>This backup is still needed</source>
        <translation>Diese Sicherung wird noch gebraucht</translation>
    </message>
    <message>
        <source>Delete it with --force if you are sure.</source>
        <translation>Behalten Sie sie, solange Sie vielleicht etwas zurücknehmen wollen.</translation>
    </message>
    <message>
        <source>The backup's file was changed</source>
        <translation>Die Datei der Sicherung wurde verändert</translation>
    </message>
    <message>
        <source>{path} has not the SHA-256 that it was made with.</source>
        <translation>{path} hat nicht mehr die SHA-256-Prüfsumme, mit der sie angelegt wurde.</translation>
    </message>
    <message>
        <source>Do not use it. Restore another backup, or another copy of this one.</source>
        <translation>Verwenden Sie sie nicht. Stellen Sie eine andere Sicherung wieder her, oder eine andere Kopie von dieser.</translation>
    </message>
    <message>
        <source>The migration stopped</source>
        <translation>Die Übertragung hat angehalten</translation>
    </message>
    <message>
        <source>What lies in the database is not what was sent</source>
        <translation>In der Datenbank liegt nicht, was gesendet wurde</translation>
    </message>
    <message>
        <source>Do not clear the browser's data. Tell the support desk the code and the run.</source>
        <translation>Löschen Sie die Daten im Browser nicht. Nennen Sie dem Support den Code und die Nummer der Übertragung.</translation>
    </message>
    <message>
        <source>Some items cannot be migrated</source>
        <translation>Einige Einträge können nicht übertragen werden</translation>
    </message>
    <message>
        <source>{count} were rejected and nothing was written; the first: {reason}</source>
        <translation>{count} wurden abgelehnt, und es wurde nichts geschrieben; der erste: {reason}</translation>
    </message>
    <message>
        <source>Look at them with `desktop-migrator preview`; use --continue-on-error to migrate the rest.</source>
        <translation>Gehen Sie zurück zur Durchsicht, um zu sehen, welche und warum; die übrigen können ohne sie gehen.</translation>
    </message>
    <message>
        <source>The migration stopped at items that the database refuses</source>
        <translation>Die Übertragung hielt bei Einträgen an, die die Datenbank ablehnt</translation>
    </message>
    <message>
        <source>{count} were rejected; {written} written before them stay. The first: {reason}</source>
        <translation>{count} wurden abgelehnt; {written} zuvor geschriebene bleiben. Der erste: {reason}</translation>
    </message>
    <message>
        <source>Use --continue-on-error to migrate the rest; what was written is not written again.</source>
        <translation>Beginnen Sie noch einmal, um den Rest zu übertragen; was geschrieben ist, wird nicht noch einmal geschrieben.</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>You stopped the migration; what was finished before stays.</source>
        <translation>Sie haben die Übertragung angehalten; was vorher fertig war, bleibt.</translation>
    </message>
    <message>
        <source>Run the same command again with --resume to go on.</source>
        <translation>Sie können später weitermachen: Das Programm bietet es beim Start an.</translation>
    </message>
    <message>
        <source>The migration was interrupted</source>
        <translation>Die Übertragung wurde unterbrochen</translation>
    </message>
    <message>
        <source>{reason} What was finished stays.</source>
        <translation>{reason} Was fertig war, bleibt.</translation>
    </message>
    <message>
        <source>Run the same command again with --resume to go on. {remedy}</source>
        <translation>Drücken Sie auf Weitermachen, um dort fortzufahren, wo sie stand. {remedy}</translation>
    </message>
    <message>
        <source>The database has lost the last steps of the migration</source>
        <translation>Die Datenbank hat die letzten Schritte der Übertragung verloren</translation>
    </message>
    <message>
        <source>It crashed before they were on its disk.</source>
        <translation>Sie ist abgestürzt, bevor sie auf ihrer Festplatte waren.</translation>
    </message>
    <message>
        <source>A part of this program was ended</source>
        <translation>Ein Teil dieses Programms wurde beendet</translation>
    </message>
    <message>
        <source>The system or somebody ended a process that was loading.</source>
        <translation>Das System oder jemand hat einen Prozess beendet, der gerade Daten übertrug.</translation>
    </message>
    <message>
        <source>Too many items cannot be migrated</source>
        <translation>Zu viele Einträge können nicht übertragen werden</translation>
    </message>
    <message>
        <source>{count:,} of {items:,} were rejected, more than {percent:g} %; so what was written was taken back. The first: {reason}</source>
        <translation>{count:,} von {items:,} wurden abgelehnt, mehr als {percent:g} %; darum wurde zurückgenommen, was geschrieben war. Der erste: {reason}</translation>
    </message>
    <message>
        <source>Look at them with `desktop-migrator preview`; --preserve-partial keeps what can go, --rollback-threshold allows more.</source>
        <translation>Gehen Sie zurück zur Durchsicht, um zu sehen, welche und warum.</translation>
    </message>
    <message>
        <source>{count:,} were rejected, and the {written:,} written before them were taken back. The first: {reason}</source>
        <translation>{count:,} wurden abgelehnt, und die {written:,} zuvor geschriebenen wurden zurückgenommen. Der erste: {reason}</translation>
    </message>
    <message>
        <source>Use --continue-on-error to migrate the rest, or --preserve-partial to keep what was written.</source>
        <translation>Gehen Sie zurück zur Durchsicht, um zu sehen, welche und warum.</translation>
    </message>
    <message>
        <source>There is no such run</source>
        <translation>Diese Übertragung gibt es nicht</translation>
    </message>
    <message>
        <source>`desktop-migrator status` lists the runs made from this computer.</source>
        <translation>Wählen Sie eine andere.</translation>
    </message>
    <message>
        <source>This has been undone already</source>
        <translation>Das wurde schon zurückgenommen</translation>
    </message>
    <message>
        <source>Of run {run} nothing is left to undo; run {by} took it back.</source>
        <translation>Von der Übertragung {run} ist nichts mehr zurückzunehmen; {by} hat sie zurückgenommen.</translation>
    </message>
    <message>
        <source>To have it again, undo that one: `desktop-migrator rollback --run {by}`.</source>
        <translation>Um sie wieder zu haben, übertragen Sie noch einmal.</translation>
    </message>
    <message>
        <source>Conflicts wait for answers</source>
        <translation>Widersprüche warten auf Antworten</translation>
    </message>
    <message>
        <source>{count} rows of the database differ from their items, and nobody said which is to count. Nothing was written.</source>
        <translation>{count} Zeilen der Datenbank weichen von ihren Einträgen ab, und niemand hat gesagt, was gelten soll. Es wurde nichts geschrieben.</translation>
    </message>
    <message>
        <source>Run the same command in a terminal and answer; or fill in each `answer` (keep, replace or merge) in the file of --decisions and run it again; or choose another --conflict.</source>
        <translation>Gehen Sie zurück und sagen Sie für jede, was gelten soll.</translation>
    </message>
    <message>
        <source>Too many conflicts to ask about each</source>
        <translation>Zu viele Widersprüche, um nach jedem zu fragen</translation>
    </message>
    <message>
        <source>More than {count:,} rows of the database differ from their items. Nothing was written.</source>
        <translation>Mehr als {count:,} Zeilen der Datenbank weichen von ihren Einträgen ab. Es wurde nichts geschrieben.</translation>
    </message>
    <message>
        <source>Choose --conflict skip, overwrite or merge, or migrate one kind at a time.</source>
        <translation>Wählen Sie eine Regel für alle.</translation>
    </message>
    <message>
        <source>The decisions file cannot be used</source>
        <translation>Die Datei mit den Antworten kann nicht verwendet werden</translation>
    </message>
    <message>
        <source>Name another file with --decisions, or mend this one.</source>
        <translation>Gehen Sie zurück und antworten Sie noch einmal.</translation>
    </message>
    <message>
        <source>Another run is under way for this person</source>
        <translation>Für diese Person läuft schon eine Übertragung</translation>
    </message>
    <message>
        <source>It runs on {host}, process {process}, since {since}; last sign of life: {heartbeat}.</source>
        <translation>Sie läuft auf {host}, Prozess {process}, seit {since}; letztes Lebenszeichen: {heartbeat}.</translation>
    </message>
    <message>
        <source>Wait until it is done. If that program is gone or hangs: `desktop-migrator unlock` with the same --database and --user-id; --force if it refuses.</source>
        <translation>Warten Sie, bis sie fertig ist, und versuchen Sie es dann noch einmal. Gibt es jenes Programm nicht mehr oder hängt es, rufen Sie den Support an.</translation>
    </message>
    <message>
        <source>The run is no longer alone</source>
        <translation>Die Übertragung ist nicht mehr allein</translation>
    </message>
    <message>
        <source>{reason} So it stopped before it wrote more; what was finished stays.</source>
        <translation>{reason} Darum hielt sie an, bevor sie mehr schrieb; was fertig war, bleibt.</translation>
    </message>
    <message>
        <source>The way to the database cannot hold a lock</source>
        <translation>Der Weg zur Datenbank kann keine Sperre halten</translation>
    </message>
    <message>
        <source>A connection pooler in between works by transactions (`pool_mode`).</source>
        <translation>Ein Verbindungsverteiler dazwischen arbeitet transaktionsweise (`pool_mode`).</translation>
    </message>
    <message>
        <source>Give the database's own address, or one where the pooler works by sessions: many offer it on another port.</source>
        <translation>Geben Sie die eigene Adresse der Datenbank an, oder eine, bei der der Verteiler sitzungsweise arbeitet: Viele bieten das auf einem anderen Port an.</translation>
    </message>
    <message>
        <source>This cannot be asked for</source>
        <translation>Das geht so nicht</translation>
    </message>
    <message>
        <source>See `desktop-migrator --help`.</source>
        <translation>Gehen Sie zurück und prüfen Sie die Angaben.</translation>
    </message>
    <message>
        <source>The program cannot keep its own data there</source>
        <translation>Das Programm kann dort seine eigenen Daten nicht ablegen</translation>
    </message>
    <message>
        <source>Name a folder that you may write to: --data-dir FOLDER.</source>
        <translation>Wählen Sie einen Ordner, in den Sie schreiben dürfen.</translation>
    </message>
    <message>
        <source>This program made a mistake</source>
        <translation>Dieses Programm hat einen Fehler gemacht</translation>
    </message>
    <message>
        <source>An unexpected {kind} occurred.</source>
        <translation>Ein unerwarteter Fehler trat auf: {kind}.</translation>
    </message>
    <message>
        <source>Nothing that was finished is lost. Run the command again with --debug '*' and send what it prints to the support desk.</source>
        <translation>Nichts, was fertig war, ist verloren. Speichern Sie ein Supportpaket und schicken Sie es dem Support.</translation>
    </message>
    <message>
        <source>The browser's storage could not be changed</source>
        <translation>Der Speicher des Browsers konnte nicht geändert werden</translation>
    </message>
    <message>
        <source>It is as it was before. Close the browser, make room on the disk, try again.</source>
        <translation>Er ist, wie er vorher war. Schließen Sie den Browser, schaffen Sie Platz auf dem Datenträger und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The browser is running</source>
        <translation>Der Browser läuft</translation>
    </message>
    <message>
        <source>{browser}, profile {profile}: {path}</source>
        <translation>{browser}, Profil {profile}: {path}</translation>
    </message>
    <message>
        <source>Close all of its windows, wait a few seconds, and try again.</source>
        <translation>Schließen Sie alle seine Fenster, warten Sie einige Sekunden und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The browser's storage is damaged</source>
        <translation>Der Speicher des Browsers ist beschädigt</translation>
    </message>
    <message>
        <source>Nothing was changed. What is left in it can still be migrated.</source>
        <translation>Es wurde nichts geändert. Was noch darin ist, lässt sich weiterhin übertragen.</translation>
    </message>
    <message>
        <source>This program is at work on this profile already</source>
        <translation>Dieses Programm arbeitet schon an diesem Profil</translation>
    </message>
    <message>
        <source>{path}, process {process}</source>
        <translation>{path}, Prozess {process}</translation>
    </message>
    <message>
        <source>Wait until it is done.</source>
        <translation>Warten Sie, bis es fertig ist.</translation>
    </message>
    <message>
        <source>This is not known to be migrated</source>
        <translation>Dies ist, soweit bekannt, nicht übertragen</translation>
    </message>
    <message>
        <source>Migrate it first. To clear it all the same, give --force; a backup is made before.</source>
        <translation>Übertragen Sie es zuerst.</translation>
    </message>
    <message>
        <source>The keyring cannot be used</source>
        <translation>Der Schlüsselbund kann nicht verwendet werden</translation>
    </message>
    <message>
        <source>Log in to the desktop as usual, unlock or set up its keyring (GNOME Keyring, KWallet, the macOS Keychain, Windows Credential Manager), and try again.</source>
        <translation>Melden Sie sich wie gewohnt an, entsperren Sie den Schlüsselbund oder richten Sie ihn ein (GNOME-Schlüsselbund, KWallet, macOS-Schlüsselbund, Windows-Anmeldeinformationsverwaltung), und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>This is too long for a keyring</source>
        <translation>Das ist zu lang für einen Schlüsselbund</translation>
    </message>
    <message>
        <source>It takes {size:,} bytes, and some systems keep {most:,} at most.</source>
        <translation>Es braucht {size:,} Bytes, und manche Systeme bewahren höchstens {most:,} auf.</translation>
    </message>
    <message>
        <source>Choose a shorter password.</source>
        <translation>Wählen Sie ein kürzeres Passwort.</translation>
    </message>
    <message>
        <source>There is no saved connection of this name</source>
        <translation>Es gibt keine gespeicherte Verbindung mit diesem Namen</translation>
    </message>
    <message>
        <source>`desktop-migrator connection list` shows those there are; an address begins with postgresql://.</source>
        <translation>Wählen Sie eine der gespeicherten, oder geben Sie eine Adresse an, die mit postgresql:// beginnt.</translation>
    </message>
    <message>
        <source>There is no key of this name</source>
        <translation>Es gibt keinen Schlüssel mit diesem Namen</translation>
    </message>
    <message>
        <source>`desktop-migrator keys list` shows those made here.</source>
        <translation>Wählen Sie einen der hier angelegten.</translation>
    </message>
</context>
<context>
    <name>sentences</name>
    <message>
        <source>It cannot be read, or has a parameter that PostgreSQL does not know; special characters in a user name or password have to be written with percent signs, for instance %40 for @, %2F for /, %3A for :, %23 for # and %25 for %</source>
        <translation>Sie ist nicht lesbar oder hat eine Angabe, die PostgreSQL nicht kennt; Sonderzeichen in Benutzername oder Passwort werden mit Prozentzeichen geschrieben, etwa %40 für @, %2F für /, %3A für :, %23 für # und %25 für %</translation>
    </message>
    <message>
        <source>Host, port and database cannot be told apart; special characters in a user name or password have to be written with percent signs, for instance %40 for @, %2F for /, %3A for :, %23 for # and %25 for %</source>
        <translation>Rechner, Port und Datenbank lassen sich nicht unterscheiden; Sonderzeichen in Benutzername oder Passwort werden mit Prozentzeichen geschrieben, etwa %40 für @, %2F für /, %3A für :, %23 für # und %25 für %</translation>
    </message>
    <message>
        <source>A key for sensitive fields was made and is in the keyring as {0}. The server needs it to read them: `desktop-migrator keys export {1} --field --out FILE`.</source>
        <translation>Ein Schlüssel für vertrauliche Felder wurde erzeugt und liegt als {0} im Schlüsselbund. Der Server braucht ihn, um sie zu lesen: Fragen Sie den Support, wie er dorthin kommt.</translation>
    </message>
    <message>
        <source>Leave one row of this id in the table, best by a primary key or a unique index on the id alone; none of them was touched.</source>
        <translation>Lassen Sie nur eine Zeile mit dieser ID in der Tabelle, am besten durch einen Primärschlüssel oder eindeutigen Index auf der ID allein; keine der Zeilen wurde angerührt.</translation>
    </message>
    <message>
        <source>Nobody gave a passphrase for the backup. It opens with this recovery key alone, which is shown now and kept nowhere: {0}</source>
        <translation>Für die Sicherung wurde keine Passphrase angegeben. Sie lässt sich nur mit diesem Wiederherstellungsschlüssel öffnen, der jetzt gezeigt und nirgends aufbewahrt wird: {0}</translation>
    </message>
    <message>
        <source>See why that item of {0} was not migrated, and migrate again; or set `dangling = "null"` for the column in the plan.</source>
        <translation>Sehen Sie nach, warum jener Eintrag von {0} nicht übernommen wurde, und versuchen Sie es noch einmal; oder setzen Sie im Plan `dangling = "null"` für die Spalte.</translation>
    </message>
    <message>
        <source>The column {0}.{1} is of type {2} and cannot hold what {3} makes of a value: a text of {4} characters or more.</source>
        <translation>Die Spalte {0}.{1} hat den Typ {2} und kann nicht aufnehmen, was {3} aus einem Wert macht: einen Text von mindestens {4} Zeichen.</translation>
    </message>
    <message>
        <source>The database no longer knows the run, so its rows are put back from the backup. Rows that the run added stay.</source>
        <translation>Die Datenbank kennt den Vorgang nicht mehr, deshalb werden seine Zeilen aus der Sicherung zurückgebracht. Zeilen, die er hinzugefügt hat, bleiben.</translation>
    </message>
    <message>
        <source>The column {0}.{1} must have a value, and the plan says to leave it empty where it refers to nothing.</source>
        <translation>Die Spalte {0}.{1} muss einen Wert haben; laut Plan soll sie leer bleiben, wo sie auf nichts verweist.</translation>
    </message>
    <message>
        <source>This is not the database that the backup was made for; name the one that is meant with --database.</source>
        <translation>Das ist nicht die Datenbank, für die die Sicherung gemacht wurde.</translation>
    </message>
    <message>
        <source>See that the row it refers to is there (of a user: that the user id is right), and migrate again.</source>
        <translation>Sorgen Sie dafür, dass es die Zeile gibt, auf die er verweist (bei einem Benutzer: dass die Benutzer-ID stimmt), und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{0} rows that were written before the run was cut off have been changed since, and stay so.</source>
        <translation>{0} Zeilen, die vor der Unterbrechung geschrieben wurden, sind seitdem geändert worden und bleiben so.</translation>
    </message>
    <message>
        <source>Indexes of {0} that a run before this one left away wait to be made again by `repair`: {1}</source>
        <translation>Indexe von {0}, die ein früherer Vorgang weggelassen hat, warten darauf, dass der Support sie wiederherstellt: {1}</translation>
    </message>
    <message>
        <source>A recovery key has {0} groups of {1}{2}, {3} letters and digits together; these are {4}.</source>
        <translation>Ein Wiederherstellungsschlüssel hat {0} Gruppen zu {1}{2}, zusammen {3} Buchstaben und Ziffern; das hier sind {4}.</translation>
    </message>
    <message>
        <source>It holds a character that PostgreSQL cannot hold (U+0000 or half of a surrogate pair).</source>
        <translation>Er enthält ein Zeichen, das PostgreSQL nicht aufnehmen kann (U+0000 oder ein halbes Ersatzzeichenpaar).</translation>
    </message>
    <message>
        <source>Add a column for it, or a jsonb column `metadata`; or `omit` the field in the plan.</source>
        <translation>Geben Sie ihm eine Spalte oder der Tabelle eine jsonb-Spalte `metadata`; oder lassen Sie das Feld im Plan weg (`omit`).</translation>
    </message>
    <message>
        <source>The column {0}.{1} is of type {2}, which cannot hold the ids of {3}, of type {4}.</source>
        <translation>Die Spalte {0}.{1} hat den Typ {2}, der die IDs von {3} (Typ {4}) nicht aufnehmen kann.</translation>
    </message>
    <message>
        <source>A run on {0}, process {1}, was cut off after {2} UTC; this one takes its place.</source>
        <translation>Ein Vorgang auf {0}, Prozess {1}, wurde nach {2} UTC abgebrochen; dieser tritt an seine Stelle.</translation>
    </message>
    <message>
        <source>Correct it in the app, or add the value to `values` of this column in the plan.</source>
        <translation>Berichtigen Sie es in der App, oder nehmen Sie den Wert im Plan in `values` dieser Spalte auf.</translation>
    </message>
    <message>
        <source>The column {0}.{1} is of type {2}, but is to take fields that have no column.</source>
        <translation>Die Spalte {0}.{1} hat den Typ {2}, soll aber Felder aufnehmen, die keine Spalte haben.</translation>
    </message>
    <message>
        <source>{0} of {1} items are rejected: the run itself would take back what it writes.</source>
        <translation>{0} von {1} Einträgen werden abgewiesen: Der Vorgang würde selbst zurücknehmen, was er schreibt.</translation>
    </message>
    <message>
        <source>A row with this id is there already and belongs to another user, or to none.</source>
        <translation>Eine Zeile mit dieser ID gibt es schon; sie gehört einem anderen Benutzer oder niemandem.</translation>
    </message>
    <message>
        <source>Ask the database's administrator what the trigger is for, and migrate again.</source>
        <translation>Fragen Sie die Verwaltung der Datenbank, wozu der Trigger da ist, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Have default_transaction_read_only switched off for this user and database.</source>
        <translation>Lassen Sie default_transaction_read_only für diesen Benutzer und diese Datenbank abschalten.</translation>
    </message>
    <message>
        <source>Set `round = true` for this column in the plan, or have the column widened.</source>
        <translation>Setzen Sie im Plan `round = true` für diese Spalte, oder lassen Sie die Spalte vergrößern.</translation>
    </message>
    <message>
        <source>The record does not have any of the shapes that the plan knows for its key.</source>
        <translation>Der Datensatz hat keine der Formen, die der Plan für seinen Schlüssel kennt.</translation>
    </message>
    <message>
        <source>It holds a field that is to be encrypted or hashed, and no key is at hand.</source>
        <translation>Er enthält ein Feld, das verschlüsselt oder gehasht werden soll, und es ist kein Schlüssel da.</translation>
    </message>
    <message>
        <source>The id column {0}.{1} is of type {2}, which cannot hold the ids of items.</source>
        <translation>Die ID-Spalte {0}.{1} hat den Typ {2}, der die IDs der Einträge nicht aufnehmen kann.</translation>
    </message>
    <message>
        <source>Mend the item in the app, or let the plan convert it, and migrate again.</source>
        <translation>Berichtigen Sie den Eintrag in der App, oder lassen Sie den Plan ihn umwandeln, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Set `numbers = "milliseconds"` or "seconds" for this column in the plan.</source>
        <translation>Setzen Sie im Plan `numbers = "milliseconds"` oder "seconds" für diese Spalte.</translation>
    </message>
    <message>
        <source>An item before it in the same record has the same id and other content.</source>
        <translation>Ein Eintrag vor ihm im selben Datensatz hat dieselbe ID und anderen Inhalt.</translation>
    </message>
    <message>
        <source>Another row already has the same value where each must have its own{0}.</source>
        <translation>Eine andere Zeile hat schon denselben Wert, wo jede einen eigenen haben muss{0}.</translation>
    </message>
    <message>
        <source>Give the key, or have one made where the system's keyring is available.</source>
        <translation>Geben Sie den Schlüssel an, oder lassen Sie einen erzeugen, wo es einen Schlüsselbund gibt.</translation>
    </message>
    <message>
        <source>Have it made (CREATE SCHEMA "{0}"), or name another schema in the plan.</source>
        <translation>Lassen Sie es anlegen (CREATE SCHEMA "{0}"), oder nennen Sie im Plan ein anderes Schema.</translation>
    </message>
    <message>
        <source>Have the plan fill the column, or give it a default, and migrate again.</source>
        <translation>Lassen Sie den Plan die Spalte füllen, oder geben Sie ihr eine Vorgabe, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>{0} is within the hour in which clocks are changed, so it is not clear.</source>
        <translation>{0} liegt in der Stunde der Zeitumstellung und ist deshalb nicht eindeutig.</translation>
    </message>
    <message>
        <source>It has a value of a JavaScript type for which JSON has no counterpart.</source>
        <translation>Er hat einen Wert eines JavaScript-Typs, für den es in JSON nichts Entsprechendes gibt.</translation>
    </message>
    <message>
        <source>The column {0}.{1} must have a value, and the plan does not say which.</source>
        <translation>Die Spalte {0}.{1} muss einen Wert haben, und der Plan sagt nicht, welchen.</translation>
    </message>
    <message>
        <source>The plan has an expression that cannot be computed from what it holds.</source>
        <translation>Der Plan hat einen Ausdruck, der sich aus diesem Inhalt nicht berechnen lässt.</translation>
    </message>
    <message>
        <source>Take `dangling = "null"` out of the plan, or let the column be empty.</source>
        <translation>Nehmen Sie `dangling = "null"` aus dem Plan, oder erlauben Sie der Spalte, leer zu sein.</translation>
    </message>
    <message>
        <source>Add the column to the table, or take `required` from it in the plan.</source>
        <translation>Fügen Sie die Spalte der Tabelle hinzu, oder nehmen Sie ihr im Plan `required`.</translation>
    </message>
    <message>
        <source>The column {0} refers to an item of {1} that is not in the database.</source>
        <translation>Die Spalte {0} verweist auf einen Eintrag von {1}, der nicht in der Datenbank ist.</translation>
    </message>
    <message>
        <source>{0} is to be another item's id, and is neither a text nor a number.</source>
        <translation>{0} soll die ID eines anderen Eintrags sein und ist weder Text noch Zahl.</translation>
    </message>
    <message>
        <source>Fill it in the app, or set a `default` for the column in the plan.</source>
        <translation>Füllen Sie es in der App aus, oder setzen Sie im Plan ein `default` für die Spalte.</translation>
    </message>
    <message>
        <source>References left empty, since what they refer to is not there: {0}.</source>
        <translation>Verweise, die leer bleiben, weil das Ziel nicht da ist: {0}.</translation>
    </message>
    <message>
        <source>It asks for {0} rounds of key derivation, which is out of bounds.</source>
        <translation>Sie verlangt {0} Runden der Schlüsselableitung; das ist außerhalb des Erlaubten.</translation>
    </message>
    <message>
        <source>Remove it in the app, or set `unstorable = "escape"` in the plan.</source>
        <translation>Entfernen Sie es in der App, oder setzen Sie im Plan `unstorable = "escape"`.</translation>
    </message>
    <message>
        <source>Row-level security hides rows of {0}.{1} from this database user.</source>
        <translation>Zeilenschutz (row-level security) verbirgt Zeilen von {0}.{1} vor diesem Datenbankbenutzer.</translation>
    </message>
    <message>
        <source>The keyring that is set up keeps its secrets in an ordinary file.</source>
        <translation>Der eingerichtete Schlüsselbund bewahrt seine Geheimnisse in einer gewöhnlichen Datei auf.</translation>
    </message>
    <message>
        <source>Use --create-tables to have it made, or name another in the plan.</source>
        <translation>Kreuzen Sie „Fehlende Tabellen anlegen“ an, wenn die Datenbank neu ist, oder fragen Sie den Support nach dem Namen der Tabelle.</translation>
    </message>
    <message>
        <source>Give {0} another type in the plan, or create the table yourself.</source>
        <translation>Geben Sie {0} im Plan einen anderen Typ, oder legen Sie die Tabelle selbst an.</translation>
    </message>
    <message>
        <source>Items with ids that rows of other people have got new ones: {0}.</source>
        <translation>Einträge, deren ID eine Zeile anderer Leute hat, bekamen neue IDs: {0}.</translation>
    </message>
    <message>
        <source>{0} has more than the {1} decimal places that the column holds.</source>
        <translation>{0} hat mehr als die {1} Nachkommastellen, die die Spalte aufnimmt.</translation>
    </message>
    <message>
        <source>Give its entities the same columns in the plan, or two tables.</source>
        <translation>Geben Sie ihren Arten von Einträgen im Plan dieselben Spalten oder zwei Tabellen.</translation>
    </message>
    <message>
        <source>Only a database made with ENCODING 'UTF8' can hold every text.</source>
        <translation>Nur eine Datenbank, die mit ENCODING 'UTF8' angelegt wurde, kann jeden Text aufnehmen.</translation>
    </message>
    <message>
        <source>Rename or remove one of the two in the app, and migrate again.</source>
        <translation>Benennen Sie einen der beiden in der App um, oder entfernen Sie ihn, und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The user id does not fit the column {0}, which is of type {1}.</source>
        <translation>Die Benutzer-ID passt nicht in die Spalte {0}, die den Typ {1} hat.</translation>
    </message>
    <message>
        <source>It may not end the sessions of a run that another role began.</source>
        <translation>Er darf die Sitzungen eines Vorgangs, den eine andere Rolle begonnen hat, nicht beenden.</translation>
    </message>
    <message>
        <source>It must be jsonb or json; or take `rest` from it in the plan.</source>
        <translation>Sie muss jsonb oder json sein; oder nehmen Sie ihr im Plan `rest`.</translation>
    </message>
    <message>
        <source>The database's encoding is {0}, which cannot hold every text.</source>
        <translation>Die Zeichenkodierung der Datenbank ist {0}; sie kann nicht jeden Text aufnehmen.</translation>
    </message>
    <message>
        <source>Add {0} to the plan's columns, or give the column a default.</source>
        <translation>Nehmen Sie {0} in die Spalten des Plans auf, oder geben Sie der Spalte eine Vorgabe.</translation>
    </message>
    <message>
        <source>It holds a number larger or finer than PostgreSQL's numbers.</source>
        <translation>Er enthält eine Zahl, die größer oder feiner ist als die Zahlen von PostgreSQL.</translation>
    </message>
    <message>
        <source>It must be uuid, text or varchar of at least {0} characters.</source>
        <translation>Sie muss uuid, text oder varchar von mindestens {0} Zeichen sein.</translation>
    </message>
    <message>
        <source>No run of this person after that time left anything to undo.</source>
        <translation>Kein Vorgang dieser Person nach dieser Zeit hat etwas zurückgelassen, was sich zurücknehmen ließe.</translation>
    </message>
    <message>
        <source>Split the item in the app, or leave a field out by the plan.</source>
        <translation>Teilen Sie den Eintrag in der App, oder lassen Sie den Plan ein Feld weglassen.</translation>
    </message>
    <message>
        <source>The column {0}.{1} is of type {2}, which a plan cannot fill.</source>
        <translation>Die Spalte {0}.{1} hat den Typ {2}, den ein Plan nicht füllen kann.</translation>
    </message>
    <message>
        <source>The public key is of a kind that this program does not know.</source>
        <translation>Der öffentliche Schlüssel ist von einer Art, die dieses Programm nicht kennt.</translation>
    </message>
    <message>
        <source>The table {0} lacks the column {1}, which the plan requires.</source>
        <translation>Der Tabelle {0} fehlt die Spalte {1}, die der Plan verlangt.</translation>
    </message>
    <message>
        <source>{0} is longer than the {1} characters that the column holds.</source>
        <translation>{0} ist länger als die {1} Zeichen, die die Spalte aufnimmt.</translation>
    </message>
    <message>
        <source>Correct the expression in the plan, or the item in the app.</source>
        <translation>Berichtigen Sie den Ausdruck im Plan oder den Eintrag in der App.</translation>
    </message>
    <message>
        <source>A text holds characters that the database cannot store{0}.</source>
        <translation>Ein Text enthält Zeichen, die die Datenbank nicht speichern kann{0}.</translation>
    </message>
    <message>
        <source>Connect as the table's owner, or as a role with BYPASSRLS.</source>
        <translation>Melden Sie sich als Eigentümer der Tabelle an oder als eine Rolle mit BYPASSRLS.</translation>
    </message>
    <message>
        <source>Its JSON is nested more deeply than the database can read.</source>
        <translation>Sein JSON ist tiefer verschachtelt, als die Datenbank lesen kann.</translation>
    </message>
    <message>
        <source>{0} is a number, and the plan does not say what it counts.</source>
        <translation>{0} ist eine Zahl, und der Plan sagt nicht, was sie zählt.</translation>
    </message>
    <message>
        <source>Check that the user id is right; the row was not touched.</source>
        <translation>Prüfen Sie, ob die Benutzer-ID stimmt; die Zeile wurde nicht angerührt.</translation>
    </message>
    <message>
        <source>Its lock went with a connection, or somebody unlocked it.</source>
        <translation>Seine Sperre ging mit einer Verbindung verloren, oder jemand hat sie aufgehoben.</translation>
    </message>
    <message>
        <source>A trigger of the table gave it other values than before.</source>
        <translation>Ein Trigger der Tabelle gab ihr andere Werte als zuvor.</translation>
    </message>
    <message>
        <source>The record is not JSON, so no items can be read from it.</source>
        <translation>Der Datensatz ist kein JSON, deshalb lassen sich keine Einträge daraus lesen.</translation>
    </message>
    <message>
        <source>Tell the support desk; the record stays in the browser.</source>
        <translation>Sagen Sie es dem Support; der Datensatz bleibt im Browser.</translation>
    </message>
    <message>
        <source>This computer has no keyring that this program can use.</source>
        <translation>Dieser Computer hat keinen Schlüsselbund, den dieses Programm benutzen kann.</translation>
    </message>
    <message>
        <source>It clashes with another row by a rule of the table{0}.</source>
        <translation>Er verträgt sich nach einer Regel der Tabelle nicht mit einer anderen Zeile{0}.</translation>
    </message>
    <message>
        <source>There is no schema {0} in which a table could be made.</source>
        <translation>Es gibt kein Schema {0}, in dem eine Tabelle angelegt werden könnte.</translation>
    </message>
    <message>
        <source>This is not the database that the backup was made for.</source>
        <translation>Das ist nicht die Datenbank, für die die Sicherung gemacht wurde.</translation>
    </message>
    <message>
        <source>A date or time is not one that the database knows{0}.</source>
        <translation>Ein Datum oder eine Uhrzeit ist der Datenbank nicht bekannt{0}.</translation>
    </message>
    <message>
        <source>Correct the number in the app, or leave the item out.</source>
        <translation>Berichtigen Sie die Zahl in der App, oder lassen Sie den Eintrag weg.</translation>
    </message>
    <message>
        <source>Its notes about JavaScript types do not fit its data.</source>
        <translation>Seine Angaben über JavaScript-Typen passen nicht zu seinen Daten.</translation>
    </message>
    <message>
        <source>Make it text or jsonb, or drop the field in the plan.</source>
        <translation>Machen Sie sie zu text oder jsonb, oder lassen Sie den Plan das Feld verwerfen.</translation>
    </message>
    <message>
        <source>Name the table's id column in the plan (`id.column`).</source>
        <translation>Nennen Sie im Plan die ID-Spalte der Tabelle (`id.column`).</translation>
    </message>
    <message>
        <source>This database has no run with this id of this person.</source>
        <translation>Diese Datenbank kennt keinen Vorgang dieser Person mit dieser ID.</translation>
    </message>
    <message>
        <source>While the connection was lost, another run took over.</source>
        <translation>Während die Verbindung weg war, hat ein anderer Vorgang übernommen.</translation>
    </message>
    <message>
        <source>Mend it in the app, or take its key out of the plan.</source>
        <translation>Berichtigen Sie es in der App, oder nehmen Sie seinen Schlüssel aus dem Plan.</translation>
    </message>
    <message>
        <source>The plan's default does not fit the column {0}: {1}</source>
        <translation>Die Vorgabe des Plans passt nicht zur Spalte {0}: {1}</translation>
    </message>
    <message>
        <source>There is no run to go on with, so a new one begins.</source>
        <translation>Es gibt keinen Vorgang, der fortgesetzt werden könnte; deshalb beginnt ein neuer.</translation>
    </message>
    <message>
        <source>Give the field a column in the plan, or `omit` it.</source>
        <translation>Geben Sie dem Feld im Plan eine Spalte, oder lassen Sie es weg (`omit`).</translation>
    </message>
    <message>
        <source>It is larger than one transaction may be (64 MiB).</source>
        <translation>Er ist größer, als eine Transaktion sein darf (64 MiB).</translation>
    </message>
    <message>
        <source>Shorten it in the app, or have the column widened.</source>
        <translation>Kürzen Sie es in der App, oder lassen Sie die Spalte vergrößern.</translation>
    </message>
    <message>
        <source>row-level security hides rows of it from this user</source>
        <translation>Zeilenschutz (row-level security) verbirgt Zeilen vor diesem Benutzer</translation>
    </message>
    <message>
        <source>A date or time is out of the database's range{0}.</source>
        <translation>Ein Datum oder eine Uhrzeit liegt außerhalb dessen, was die Datenbank kennt{0}.</translation>
    </message>
    <message>
        <source>It is larger than an index of the table can take.</source>
        <translation>Er ist größer, als ein Index der Tabelle aufnehmen kann.</translation>
    </message>
    <message>
        <source>It is nested more deeply than this program reads.</source>
        <translation>Er ist tiefer verschachtelt, als dieses Programm liest.</translation>
    </message>
    <message>
        <source>Take the column out of the plan, or name another.</source>
        <translation>Nehmen Sie die Spalte aus dem Plan, oder nennen Sie eine andere.</translation>
    </message>
    <message>
        <source>The plan's column {0} could be any of {1} of {2}.</source>
        <translation>Die Spalte {0} des Plans könnte jede von {1} in {2} sein.</translation>
    </message>
    <message>
        <source>A value is missing that its column must have{0}.</source>
        <translation>Es fehlt ein Wert, den seine Spalte haben muss{0}.</translation>
    </message>
    <message>
        <source>The plan's values do not fit the column {0}: {1}</source>
        <translation>Die Werte des Plans passen nicht zur Spalte {0}: {1}</translation>
    </message>
    <message>
        <source>The table {0} has no column {1} to write ids to.</source>
        <translation>Die Tabelle {0} hat keine Spalte {1}, in die IDs geschrieben werden könnten.</translation>
    </message>
    <message>
        <source>schema {0} is to be made, and this user may not</source>
        <translation>Das Schema {0} muss angelegt werden, und dieser Benutzer darf das nicht</translation>
    </message>
    <message>
        <source>The lock of this person's runs comes and goes.</source>
        <translation>Die Sperre der Vorgänge dieser Person kommt und geht.</translation>
    </message>
    <message>
        <source>The passphrase holds a character that is none.</source>
        <translation>Die Passphrase enthält ein Zeichen, das keines ist.</translation>
    </message>
    <message>
        <source>it is not known where this web site's data lay</source>
        <translation>es ist nicht bekannt, wo die Daten dieser Website lagen</translation>
    </message>
    <message>
        <source>{0} MB are needed on the disk, {1} MB are free</source>
        <translation>auf der Festplatte werden {0} MB gebraucht, {1} MB sind frei</translation>
    </message>
    <message>
        <source>Correct it in the app, or leave the item out.</source>
        <translation>Berichtigen Sie es in der App, oder lassen Sie den Eintrag weg.</translation>
    </message>
    <message>
        <source>Spell it in the plan exactly as in the table.</source>
        <translation>Schreiben Sie sie im Plan genau wie in der Tabelle.</translation>
    </message>
    <message>
        <source>The plan describes the table {0} in two ways.</source>
        <translation>Der Plan beschreibt die Tabelle {0} auf zwei Arten.</translation>
    </message>
    <message>
        <source>Give the id as the app's database spells it.</source>
        <translation>Geben Sie die ID an, wie die Datenbank der App sie schreibt.</translation>
    </message>
    <message>
        <source>It is too long or has unprintable characters</source>
        <translation>Sie ist zu lang oder enthält Zeichen, die sich nicht drucken lassen</translation>
    </message>
    <message>
        <source>Several rows with this id are there already.</source>
        <translation>Es gibt schon mehrere Zeilen mit dieser ID.</translation>
    </message>
    <message>
        <source>What it holds is not packed as it has to be.</source>
        <translation>Der Inhalt ist nicht so verpackt, wie er sein muss.</translation>
    </message>
    <message>
        <source>A text is longer than its column allows{0}.</source>
        <translation>Ein Text ist länger, als seine Spalte erlaubt{0}.</translation>
    </message>
    <message>
        <source>The keyring does not keep what it is given.</source>
        <translation>Der Schlüsselbund behält nicht, was man ihm gibt.</translation>
    </message>
    <message>
        <source>The plan fills the column {0} of {1} twice.</source>
        <translation>Der Plan füllt die Spalte {0} von {1} zweimal.</translation>
    </message>
    <message>
        <source>This computer keeps no report of a run {0}.</source>
        <translation>Auf diesem Computer gibt es keinen Bericht über einen Vorgang {0}.</translation>
    </message>
    <message>
        <source>What is written down of {0} makes no index.</source>
        <translation>Was über {0} aufgezeichnet ist, ergibt keinen Index.</translation>
    </message>
    <message>
        <source>{0} rows are missing and {1} differ, of {2}</source>
        <translation>{0} Zeilen fehlen und {1} weichen ab, von {2}</translation>
    </message>
    <message>
        <source>Give one of the two another id in the app.</source>
        <translation>Geben Sie einem der beiden in der App eine andere ID.</translation>
    </message>
    <message>
        <source>It refers to a row that does not exist{0}.</source>
        <translation>Er verweist auf eine Zeile, die es nicht gibt{0}.</translation>
    </message>
    <message>
        <source>Its header names more than one passphrase.</source>
        <translation>Ihr Kopf nennt mehr als eine Passphrase.</translation>
    </message>
    <message>
        <source>schema {0} is there, and this user may not</source>
        <translation>Das Schema {0} ist da, und dieser Benutzer darf es nicht benutzen</translation>
    </message>
    <message>
        <source>{0} has more digits than the column holds.</source>
        <translation>{0} hat mehr Stellen, als die Spalte aufnimmt.</translation>
    </message>
    <message>
        <source>{0} is finer than the {1} that it goes to.</source>
        <translation>{0} ist feiner als {1}, wohin es soll.</translation>
    </message>
    <message>
        <source>{0}; times are written in UTC all the same</source>
        <translation>{0}; Zeiten werden trotzdem in UTC geschrieben</translation>
    </message>
    <message>
        <source>A number is out of its column's range{0}.</source>
        <translation>Eine Zahl liegt außerhalb dessen, was ihre Spalte aufnimmt{0}.</translation>
    </message>
    <message>
        <source>Add a source with this shape to the plan.</source>
        <translation>Nehmen Sie eine Quelle dieser Form in den Plan auf.</translation>
    </message>
    <message>
        <source>The backup was made for another database.</source>
        <translation>Die Sicherung wurde für eine andere Datenbank gemacht.</translation>
    </message>
    <message>
        <source>There is no key for sensitive fields. {0}</source>
        <translation>Es gibt keinen Schlüssel für vertrauliche Felder. {0}</translation>
    </message>
    <message>
        <source>Use a database made with ENCODING 'UTF8'.</source>
        <translation>Benutzen Sie eine Datenbank, die mit ENCODING 'UTF8' angelegt wurde.</translation>
    </message>
    <message>
        <source>A value is not allowed in its column{0}.</source>
        <translation>Ein Wert ist in seiner Spalte nicht erlaubt{0}.</translation>
    </message>
    <message>
        <source>Add ?sslmode=verify-full to the address.</source>
        <translation>Hängen Sie ?sslmode=verify-full an die Adresse an, oder wählen Sie bei „Sicherheit“ den geprüften Server.</translation>
    </message>
    <message>
        <source>What the keyring holds as {0} is no key.</source>
        <translation>Was der Schlüsselbund als {0} aufbewahrt, ist kein Schlüssel.</translation>
    </message>
    <message>
        <source>its write-ahead log cannot be brought in</source>
        <translation>sein Protokoll offener Änderungen lässt sich nicht einbringen</translation>
    </message>
    <message>
        <source>no run of it was made from this computer</source>
        <translation>von diesem Computer aus wurde es nie übertragen</translation>
    </message>
    <message>
        <source>A column of type {0} cannot be created.</source>
        <translation>Eine Spalte vom Typ {0} kann nicht angelegt werden.</translation>
    </message>
    <message>
        <source>A value is not of its column's kind{0}.</source>
        <translation>Ein Wert ist nicht von der Art seiner Spalte{0}.</translation>
    </message>
    <message>
        <source>Give the address of the primary server.</source>
        <translation>Geben Sie die Adresse des Hauptservers an.</translation>
    </message>
    <message>
        <source>Set `zone` for this column in the plan.</source>
        <translation>Setzen Sie im Plan `zone` für diese Spalte.</translation>
    </message>
    <message>
        <source>Use sslmode=verify-full in the address.</source>
        <translation>Schreiben Sie sslmode=verify-full in die Adresse, oder wählen Sie bei „Sicherheit“ den geprüften Server.</translation>
    </message>
    <message>
        <source>Its id is neither a text nor a number.</source>
        <translation>Seine ID ist weder Text noch Zahl.</translation>
    </message>
    <message>
        <source>rows belong to no table or are cut off</source>
        <translation>Zeilen gehören zu keiner Tabelle oder sind abgeschnitten</translation>
    </message>
    <message>
        <source>Name the table behind it in the plan.</source>
        <translation>Nennen Sie im Plan die Tabelle dahinter.</translation>
    </message>
    <message>
        <source>none, and none needed on this machine</source>
        <translation>keine, und auf diesem Computer auch nicht nötig</translation>
    </message>
    <message>
        <source>{0} holds no key of sensitive fields.</source>
        <translation>{0} enthält keinen Schlüssel für vertrauliche Felder.</translation>
    </message>
    <message>
        <source>It does not begin with postgresql://</source>
        <translation>Sie beginnt nicht mit postgresql://</translation>
    </message>
    <message>
        <source>Its header has an impossible length.</source>
        <translation>Ihr Kopf hat eine unmögliche Länge.</translation>
    </message>
    <message>
        <source>Remove one of the two from the plan.</source>
        <translation>Nehmen Sie eine der beiden aus dem Plan.</translation>
    </message>
    <message>
        <source>it holds no files of a local storage</source>
        <translation>er enthält keine Dateien eines lokalen Speichers</translation>
    </message>
    <message>
        <source>it holds parts that no browser makes</source>
        <translation>er enthält Teile, die kein Browser anlegt</translation>
    </message>
    <message>
        <source>{0} has a value that is none of {1}.</source>
        <translation>{0} hat einen Wert, der keiner von {1} ist.</translation>
    </message>
    <message>
        <source>{0} is beyond what the column holds.</source>
        <translation>{0} geht über das hinaus, was die Spalte aufnimmt.</translation>
    </message>
    <message>
        <source>The signer's public key is damaged.</source>
        <translation>Der öffentliche Schlüssel des Unterzeichners ist beschädigt.</translation>
    </message>
    <message>
        <source>it does not hold as much as it says</source>
        <translation>sie enthält nicht so viel, wie sie angibt</translation>
    </message>
    <message>
        <source>its LevelDB layout is not version 1</source>
        <translation>sein LevelDB-Aufbau ist nicht Version 1</translation>
    </message>
    <message>
        <source>its last run, {0}, was not verified</source>
        <translation>der letzte Vorgang, {0}, wurde nicht geprüft</translation>
    </message>
    <message>
        <source>{0} Going on from what was written.</source>
        <translation>{0} Es geht dort weiter, wo schon geschrieben ist.</translation>
    </message>
    <message>
        <source>A port is a number from 1 to 65535</source>
        <translation>Ein Port ist eine Zahl von 1 bis 65535</translation>
    </message>
    <message>
        <source>A trigger of the table refused it.</source>
        <translation>Ein Trigger der Tabelle hat ihn abgewiesen.</translation>
    </message>
    <message>
        <source>It must be of the type of {0}.{1}.</source>
        <translation>Sie muss den Typ von {0}.{1} haben.</translation>
    </message>
    <message>
        <source>PostgreSQL {0} or newer is needed.</source>
        <translation>PostgreSQL {0} oder neuer wird gebraucht.</translation>
    </message>
    <message>
        <source>its SQLite layout is not version 1</source>
        <translation>sein SQLite-Aufbau ist nicht Version 1</translation>
    </message>
    <message>
        <source>its format is version {0}, not {1}</source>
        <translation>ihr Format ist Version {0}, nicht {1}</translation>
    </message>
    <message>
        <source>what was read is not what was sent</source>
        <translation>was gelesen wurde, ist nicht, was geschrieben wurde</translation>
    </message>
    <message>
        <source>{0}, {1}, certificate not verified</source>
        <translation>{0}, {1}, Zertifikat nicht geprüft</translation>
    </message>
    <message>
        <source>A recovery key does not hold {0}.</source>
        <translation>In einem Wiederherstellungsschlüssel kommt {0} nicht vor.</translation>
    </message>
    <message>
        <source>It breaks a rule of the table{0}.</source>
        <translation>Er verletzt eine Regel der Tabelle{0}.</translation>
    </message>
    <message>
        <source>No file {0}.dmbackup lies in {1}.</source>
        <translation>In {1} liegt keine Datei {0}.dmbackup.</translation>
    </message>
    <message>
        <source>The report of run {0} is damaged.</source>
        <translation>Der Bericht über den Vorgang {0} ist beschädigt.</translation>
    </message>
    <message>
        <source>There is a row with its id again.</source>
        <translation>Es gibt wieder eine Zeile mit dieser ID.</translation>
    </message>
    <message>
        <source>it does not begin with a manifest</source>
        <translation>sie beginnt nicht mit einem Inhaltsverzeichnis</translation>
    </message>
    <message>
        <source>somebody has changed it meanwhile</source>
        <translation>jemand hat ihn inzwischen geändert</translation>
    </message>
    <message>
        <source>It is not an object with fields.</source>
        <translation>Er ist kein Objekt mit Feldern.</translation>
    </message>
    <message>
        <source>One column would hold {0} twice.</source>
        <translation>Eine Spalte würde {0} zweimal enthalten.</translation>
    </message>
    <message>
        <source>The table {0} has no column {1}.</source>
        <translation>Die Tabelle {0} hat keine Spalte {1}.</translation>
    </message>
    <message>
        <source>There is a slip in group{0} {1}.</source>
        <translation>In Gruppe {1} ist ein Tippfehler.</translation>
    </message>
    <message>
        <source>a part of it is not as described</source>
        <translation>ein Teil davon ist nicht wie beschrieben</translation>
    </message>
    <message>
        <source>it has not localStorage's tables</source>
        <translation>er hat nicht die Tabellen eines lokalen Speichers</translation>
    </message>
    <message>
        <source>the folder is another web site's</source>
        <translation>der Ordner gehört einer anderen Website</translation>
    </message>
    <message>
        <source>{0} Trying again in {1} seconds.</source>
        <translation>{0} Neuer Versuch in {1} Sekunden.</translation>
    </message>
    <message>
        <source>A trigger of the table kept it.</source>
        <translation>Ein Trigger der Tabelle hat sie behalten.</translation>
    </message>
    <message>
        <source>Its {0} is not as it should be.</source>
        <translation>{0} darin ist nicht, wie es sein soll.</translation>
    </message>
    <message>
        <source>Mend `user.lookup` in the plan.</source>
        <translation>Berichtigen Sie `user.lookup` im Plan.</translation>
    </message>
    <message>
        <source>{0} does not say its time zone.</source>
        <translation>{0} nennt keine Zeitzone.</translation>
    </message>
    <message>
        <source>{0} is finer than microseconds.</source>
        <translation>{0} ist feiner als Mikrosekunden.</translation>
    </message>
    <message>
        <source>Correct `default` in the plan.</source>
        <translation>Berichtigen Sie `default` im Plan.</translation>
    </message>
    <message>
        <source>Its header is not well-formed.</source>
        <translation>Ihr Kopf ist nicht wohlgeformt.</translation>
    </message>
    <message>
        <source>The recovery key holds a slip.</source>
        <translation>Im Wiederherstellungsschlüssel ist ein Tippfehler.</translation>
    </message>
    <message>
        <source>the file is another web site's</source>
        <translation>die Datei gehört einer anderen Website</translation>
    </message>
    <message>
        <source>there, with every right needed</source>
        <translation>da, mit allen nötigen Rechten</translation>
    </message>
    <message>
        <source>{0}, {1}, certificate verified</source>
        <translation>{0}, {1}, Zertifikat geprüft</translation>
    </message>
    <message>
        <source>{0}: {1} {2} records are lost.</source>
        <translation>{0}: {1} Verlorene Datensätze: {2}.</translation>
    </message>
    <message>
        <source>Correct `values` in the plan.</source>
        <translation>Berichtigen Sie `values` im Plan.</translation>
    </message>
    <message>
        <source>It was changed after the run.</source>
        <translation>Sie wurde nach dem Vorgang geändert.</translation>
    </message>
    <message>
        <source>It was deleted after the run.</source>
        <translation>Sie wurde nach dem Vorgang gelöscht.</translation>
    </message>
    <message>
        <source>Its id is too large a number.</source>
        <translation>Seine ID ist eine zu große Zahl.</translation>
    </message>
    <message>
        <source>It does not look as kits do.</source>
        <translation>Es sieht nicht wie ein Paket aus.</translation>
    </message>
    <message>
        <source>It is cut off in its header.</source>
        <translation>Sie ist mitten im Kopf abgeschnitten.</translation>
    </message>
    <message>
        <source>The keyring does not answer.</source>
        <translation>Der Schlüsselbund antwortet nicht.</translation>
    </message>
    <message>
        <source>is a view or a foreign table</source>
        <translation>ist eine Sicht oder eine fremde Tabelle</translation>
    </message>
    <message>
        <source>the browser kept changing it</source>
        <translation>der Browser hat ihn ständig geändert</translation>
    </message>
    <message>
        <source>{0}.{1} is {2}, not a table.</source>
        <translation>{0}.{1} ist {2}, keine Tabelle.</translation>
    </message>
    <message>
        <source>There is no column for {0}.</source>
        <translation>Es gibt keine Spalte für {0}.</translation>
    </message>
    <message>
        <source>a record belongs to no area</source>
        <translation>ein Datensatz gehört zu keinem Bereich</translation>
    </message>
    <message>
        <source>an area belongs to no store</source>
        <translation>ein Bereich gehört zu keinem Speicher</translation>
    </message>
    <message>
        <source>cannot be made by this user</source>
        <translation>dieser Benutzer kann keine anlegen</translation>
    </message>
    <message>
        <source>the right to {0} is missing</source>
        <translation>das Recht zu {0} fehlt</translation>
    </message>
    <message>
        <source>this is a read-only replica</source>
        <translation>das ist eine Kopie, die nur gelesen werden kann</translation>
    </message>
    <message>
        <source>It cannot be written: {0}.</source>
        <translation>Es kann nicht geschrieben werden: {0}.</translation>
    </message>
    <message>
        <source>It is larger than {0} MiB.</source>
        <translation>Es ist größer als {0} MiB.</translation>
    </message>
    <message>
        <source>The public key is damaged.</source>
        <translation>Der öffentliche Schlüssel ist beschädigt.</translation>
    </message>
    <message>
        <source>This is not a private key.</source>
        <translation>Das ist kein privater Schlüssel.</translation>
    </message>
    <message>
        <source>This is not a signing key.</source>
        <translation>Das ist kein Schlüssel zum Unterzeichnen.</translation>
    </message>
    <message>
        <source>it holds something unknown</source>
        <translation>sie enthält etwas Unbekanntes</translation>
    </message>
    <message>
        <source>it was not read to its end</source>
        <translation>sie wurde nicht bis zum Ende gelesen</translation>
    </message>
    <message>
        <source>its texts are not in UTF-8</source>
        <translation>seine Texte sind nicht in UTF-8</translation>
    </message>
    <message>
        <source>nothing tells its web site</source>
        <translation>nichts verrät seine Website</translation>
    </message>
    <message>
        <source>{0} is not a whole number.</source>
        <translation>{0} ist keine ganze Zahl.</translation>
    </message>
    <message>
        <source>Give it an id in the app.</source>
        <translation>Geben Sie ihm in der App eine ID.</translation>
    </message>
    <message>
        <source>Several rows have its id.</source>
        <translation>Mehrere Zeilen haben diese ID.</translation>
    </message>
    <message>
        <source>The two are not the same.</source>
        <translation>Die beiden sind nicht gleich.</translation>
    </message>
    <message>
        <source>This is not a public key.</source>
        <translation>Das ist kein öffentlicher Schlüssel.</translation>
    </message>
    <message>
        <source>a part of it is too large</source>
        <translation>ein Teil davon ist zu groß</translation>
    </message>
    <message>
        <source>a record's key is cut off</source>
        <translation>der Schlüssel eines Datensatzes ist abgeschnitten</translation>
    </message>
    <message>
        <source>an older Firefox wrote it</source>
        <translation>ein älterer Firefox hat ihn geschrieben</translation>
    </message>
    <message>
        <source>can be made in schema {0}</source>
        <translation>können im Schema {0} angelegt werden</translation>
    </message>
    <message>
        <source>its last run, {0}, is {1}</source>
        <translation>der letzte Vorgang, {0}, ist {1}</translation>
    </message>
    <message>
        <source>something follows its end</source>
        <translation>nach ihrem Ende folgt noch etwas</translation>
    </message>
    <message>
        <source>The passphrase is empty.</source>
        <translation>Die Passphrase ist leer.</translation>
    </message>
    <message>
        <source>it is not a regular file</source>
        <translation>es ist keine gewöhnliche Datei</translation>
    </message>
    <message>
        <source>it is not there any more</source>
        <translation>es ist nicht mehr da</translation>
    </message>
    <message>
        <source>it names too many stores</source>
        <translation>sie nennt zu viele Speicher</translation>
    </message>
    <message>
        <source>schema {0} is to be made</source>
        <translation>Schema {0} wird angelegt</translation>
    </message>
    <message>
        <source>{0} They are done again.</source>
        <translation>{0} Sie werden noch einmal gemacht.</translation>
    </message>
    <message>
        <source>{0}:// is not PostgreSQL</source>
        <translation>{0}:// ist nicht PostgreSQL</translation>
    </message>
    <message>
        <source>It cannot be read: {0}.</source>
        <translation>Es kann nicht gelesen werden: {0}.</translation>
    </message>
    <message>
        <source>Its header was changed.</source>
        <translation>Ihr Kopf wurde verändert.</translation>
    </message>
    <message>
        <source>Other rows refer to it.</source>
        <translation>Andere Zeilen verweisen auf sie.</translation>
    </message>
    <message>
        <source>the connection was lost</source>
        <translation>die Verbindung ging verloren</translation>
    </message>
    <message>
        <source>{0} cannot be read: {1}</source>
        <translation>{0} kann nicht gelesen werden: {1}</translation>
    </message>
    <message>
        <source>The keyring is locked.</source>
        <translation>Der Schlüsselbund ist gesperrt.</translation>
    </message>
    <message>
        <source>it is a {0}, not a {1}</source>
        <translation>es ist ein {0}, kein {1}</translation>
    </message>
    <message>
        <source>user {0}, database {1}</source>
        <translation>Benutzer {0}, Datenbank {1}</translation>
    </message>
    <message>
        <source>A run's id is a UUID.</source>
        <translation>Die ID eines Vorgangs ist eine UUID.</translation>
    </message>
    <message>
        <source>it reads differently</source>
        <translation>er liest sich anders</translation>
    </message>
    <message>
        <source>read-only by default</source>
        <translation>nur lesbar als Vorgabe</translation>
    </message>
    <message>
        <source>It is the last one.</source>
        <translation>Es ist die letzte.</translation>
    </message>
    <message>
        <source>a record is cut off</source>
        <translation>ein Datensatz ist abgeschnitten</translation>
    </message>
    <message>
        <source>a record is no text</source>
        <translation>ein Datensatz ist kein Text</translation>
    </message>
    <message>
        <source>schema {0} is there</source>
        <translation>Schema {0} ist da</translation>
    </message>
    <message>
        <source>The keyring fails.</source>
        <translation>Der Schlüsselbund versagt.</translation>
    </message>
    <message>
        <source>it ends too early</source>
        <translation>sie endet zu früh</translation>
    </message>
    <message>
        <source>{0} is missing.</source>
        <translation>{0} fehlt.</translation>
    </message>
    <message>
        <source>{0} is not {1}.</source>
        <translation>{0} ist nicht {1}.</translation>
    </message>
    <message>
        <source>It is cut off.</source>
        <translation>Sie ist abgeschnitten.</translation>
    </message>
    <message>
        <source>It is damaged.</source>
        <translation>Es ist beschädigt.</translation>
    </message>
    <message>
        <source>PostgreSQL {0}</source>
        <translation>PostgreSQL {0}</translation>
    </message>
    <message>
        <source>It has no id.</source>
        <translation>Er hat keine ID.</translation>
    </message>
    <message>
        <source>can be made</source>
        <translation>können angelegt werden</translation>
    </message>
    <message>
        <source>a number</source>
        <translation>eine Zahl</translation>
    </message>
    <message>
        <source>missing</source>
        <translation>fehlt</translation>
    </message>
    <message>
        <source>a text</source>
        <translation>ein Text</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>yes</source>
        <translation>ja</translation>
    </message>
    <message>
        <source>a time such as 2024-01-31T10:00:00Z</source>
        <translation>eine Zeit wie 2024-01-31T10:00:00Z</translation>
    </message>
    <message>
        <source>a UUID</source>
        <translation>eine UUID</translation>
    </message>
    <message>
        <source>true or false</source>
        <translation>wahr oder falsch</translation>
    </message>
    <message>
        <source>a date such as 2024-01-31</source>
        <translation>ein Datum wie 2024-01-31</translation>
    </message>
    <message>
        <source> (column {0})</source>
        <translation> (Spalte {0})</translation>
    </message>
    <message>
        <source>A record cannot be decoded: {0}.</source>
        <translation>Ein Datensatz lässt sich nicht entschlüsseln: {0}.</translation>
    </message>
    <message>
        <source>A record holds text in no known encoding.</source>
        <translation>Ein Datensatz enthält Text in keiner bekannten Kodierung.</translation>
    </message>
    <message>
        <source>A site's name in the list of sites is damaged.</source>
        <translation>Der Name einer Website in der Liste der Websites ist beschädigt.</translation>
    </message>
    <message>
        <source>Entries are of an unknown kind.</source>
        <translation>Einträge sind von unbekannter Art.</translation>
    </message>
    <message>
        <source>Records belong to a site that is no longer listed.</source>
        <translation>Datensätze gehören zu einer Website, die nicht mehr in der Liste steht.</translation>
    </message>
    <message>
        <source>Records belong to a site whose name is damaged.</source>
        <translation>Datensätze gehören zu einer Website, deren Name beschädigt ist.</translation>
    </message>
    <message>
        <source>The version of the storage's layout is missing.</source>
        <translation>Die Version des Speicheraufbaus fehlt.</translation>
    </message>
    <message>
        <source>table {0} is damaged in {1} places{2}</source>
        <translation>die Tabelle {0} ist an {1} Stellen beschädigt{2}</translation>
    </message>
    <message>
        <source>the file is empty</source>
        <translation>die Datei ist leer</translation>
    </message>
    <message>
        <source>the part of the file that says where its tables lie is damaged</source>
        <translation>der Teil der Datei, der sagt, wo ihre Tabellen liegen, ist beschädigt</translation>
    </message>
    <message>
        <source>the write-ahead log is damaged or cut; what was written after that is missing</source>
        <translation>das Protokoll offener Änderungen ist beschädigt oder abgeschnitten; was danach geschrieben wurde, fehlt</translation>
    </message>
    <message>
        <source>the write-ahead log is damaged; what it held is counted with its table</source>
        <translation>das Protokoll offener Änderungen ist beschädigt; was es enthielt, ist bei seiner Tabelle mitgezählt</translation>
    </message>
    <message>
        <source>the write-ahead log is damaged, but what it holds could be read</source>
        <translation>das Protokoll offener Änderungen ist beschädigt, aber was es enthält, ließ sich lesen</translation>
    </message>
    <message>
        <source>{0} holds too many folders; not all were searched.</source>
        <translation>{0} enthält zu viele Ordner; nicht alle wurden durchsucht.</translation>
    </message>
    <message>
        <source>{0}, profile {1}: two local storages hold data. The one in {2} is taken since {3}; to read the other one, name it: {4}</source>
        <translation>{0}, Profil {1}: Zwei lokale Speicher enthalten Daten. Genommen wird der in {2}, weil {3}; um den anderen zu lesen, wählen Sie seinen Ordner: {4}</translation>
    </message>
    <message>
        <source>{0}: {1} An unknown number of records are lost.</source>
        <translation>{0}: {1} Eine unbekannte Zahl von Datensätzen ist verloren.</translation>
    </message>
    <message>
        <source>the field {0} and {1} more</source>
        <translation>das Feld {0} und {1} weitere</translation>
    </message>
    <message>
        <source>What the column {0} takes</source>
        <translation>Was in die Spalte {0} kommt</translation>
    </message>
    <message>
        <source>The field {0}</source>
        <translation>Das Feld {0}</translation>
    </message>
    <message>
        <source>the field {0}</source>
        <translation>das Feld {0}</translation>
    </message>
    <message>
        <source>it would lie outside of the browser's profile</source>
        <translation>er läge außerhalb des Browserprofils</translation>
    </message>
    <message>
        <source>It is no file.</source>
        <translation>Es ist keine Datei.</translation>
    </message>
    <message>
        <source>not used: there is no publication for it</source>
        <translation>nicht benutzt: Es gibt keine Publikation dafür</translation>
    </message>
    <message>
        <source>all that it needs is there</source>
        <translation>alles Nötige ist da</translation>
    </message>
    <message>
        <source>wal_level is {0}, not logical</source>
        <translation>wal_level ist {0}, nicht logical</translation>
    </message>
    <message>
        <source>Set wal_level = logical in the server's settings, and restart it.</source>
        <translation>Setzen Sie in den Einstellungen des Servers wal_level = logical, und starten Sie ihn neu.</translation>
    </message>
    <message>
        <source>its publication leaves out {0}</source>
        <translation>seine Publikation lässt {0} aus</translation>
    </message>
    <message>
        <source>table {0} has no primary key, so that rows would become one</source>
        <translation>die Tabelle {0} hat keinen Primärschlüssel, so dass Zeilen zu einer würden</translation>
    </message>
    <message>
        <source>Have the app's schema give it a primary key.</source>
        <translation>Lassen Sie ihr im Schema der App einen Primärschlüssel geben.</translation>
    </message>
    <message>
        <source>table {0} does not tell what changed rows were</source>
        <translation>die Tabelle {0} sagt nicht, was geänderte Zeilen waren</translation>
    </message>
    <message>
        <source>table {0} is UNLOGGED, so that no change of it is told</source>
        <translation>die Tabelle {0} ist UNLOGGED, so dass keine Änderung gemeldet wird</translation>
    </message>
</context>
</TS>
