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
</TS>
