<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de_DE">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Desktop Migrator</source>
        <translation>Über Desktop Migrator</translation>
    </message>
    <message>
        <source>Free software under the MIT licence.</source>
        <translation>Freie Software unter der MIT-Lizenz.</translation>
    </message>
    <message>
        <source>Check for &amp;updates</source>
        <translation>Nach &amp;Updates suchen</translation>
    </message>
    <message>
        <source>Asks once whether there is a newer version; installs nothing</source>
        <translation>Fragt einmal, ob es eine neuere Version gibt; installiert nichts</translation>
    </message>
    <message>
        <source>&amp;Open its page</source>
        <translation>Seite ö&amp;ffnen</translation>
    </message>
    <message>
        <source>The work of others in this program</source>
        <translation>Die Arbeit anderer in diesem Programm</translation>
    </message>
    <message>
        <source>What it is made of, with the licences</source>
        <translation>Woraus es besteht, mit den Lizenzen</translation>
    </message>
    <message>
        <source>Asking …</source>
        <translation>Wird gefragt …</translation>
    </message>
    <message>
        <source>You have the newest version.</source>
        <translation>Sie haben die neueste Version.</translation>
    </message>
    <message>
        <source>Version {version} is there.</source>
        <translation>Version {version} ist da.</translation>
    </message>
</context>
<context>
    <name>AnswerButtons</name>
    <message>
        <source>The database stays as it is</source>
        <translation>Die Datenbank bleibt, wie sie ist</translation>
    </message>
    <message>
        <source>The browser&apos;s version counts</source>
        <translation>Die Fassung des Browsers gilt</translation>
    </message>
    <message>
        <source>&amp;Merge</source>
        <translation>&amp;Vereinen</translation>
    </message>
    <message>
        <source>Empty fields are filled, lists united; the database&apos;s values stay</source>
        <translation>Leere Felder werden gefüllt, Listen vereint; die Werte der Datenbank bleiben</translation>
    </message>
    <message>
        <source>&amp;Keep the database&apos;s</source>
        <translation>&amp;Die der Datenbank behalten</translation>
    </message>
    <message>
        <source>&amp;Take the browser&apos;s</source>
        <translation>Die des B&amp;rowsers nehmen</translation>
    </message>
    <message>
        <source>&amp;Merge both</source>
        <translation>&amp;Beide zusammenführen</translation>
    </message>
    <message>
        <source>The version of {name} counts</source>
        <translation>Die Fassung von {name} gilt</translation>
    </message>
    <message>
        <source>Take &amp;left: {name}</source>
        <translation>&amp;Linke nehmen: {name}</translation>
    </message>
    <message>
        <source>Take &amp;right: {name}</source>
        <translation>&amp;Rechte nehmen: {name}</translation>
    </message>
    <message>
        <source>Empty fields are filled, lists united; the values of {name} stay</source>
        <translation>Leere Felder werden gefüllt, Listen vereint; die Werte von {name} bleiben</translation>
    </message>
</context>
<context>
    <name>BackupPage</name>
    <message>
        <source>A backup first</source>
        <translation>Zuerst eine Sicherung</translation>
    </message>
    <message>
        <source>Before anything is written, your data and the rows about to change are kept in an encrypted file on this computer.</source>
        <translation>Bevor etwas geschrieben wird, kommen Ihre Daten und die Zeilen, die sich ändern, in eine verschlüsselte Datei auf diesem Computer.</translation>
    </message>
    <message>
        <source>With a key in this computer&apos;s &amp;keychain (recommended)</source>
        <translation>Mit einem Schlüssel im &amp;Schlüsselbund dieses Computers (empfohlen)</translation>
    </message>
    <message>
        <source>Nothing to remember; print the recovery key for the day it is lost.</source>
        <translation>Nichts zu merken; drucken Sie den Wiederherstellungsschlüssel für den Fall, dass er verloren geht.</translation>
    </message>
    <message>
        <source>&amp;With a passphrase of your own</source>
        <translation>Mit einer &amp;eigenen Passphrase</translation>
    </message>
    <message>
        <source>Whoever has it can open the backup; without it nobody can.</source>
        <translation>Wer sie hat, kann die Sicherung öffnen; ohne sie kann es niemand.</translation>
    </message>
    <message>
        <source>&amp;No backup</source>
        <translation>&amp;Keine Sicherung</translation>
    </message>
    <message>
        <source>Undo will still work as long as the database is there.</source>
        <translation>Zurücknehmen geht trotzdem, solange es die Datenbank gibt.</translation>
    </message>
    <message>
        <source>It is kept in {folder} for {days} days.</source>
        <translation>Sie bleibt {days} Tage in {folder}.</translation>
    </message>
    <message>
        <source>This computer has no keychain that this program can use.</source>
        <translation>Dieser Computer hat keinen Schlüsselbund, den dieses Programm verwenden kann.</translation>
    </message>
    <message>
        <source>Keep it safe: nobody can open the backup without it.</source>
        <translation>Bewahren Sie sie gut auf: Ohne sie kann niemand die Sicherung öffnen.</translation>
    </message>
    <message>
        <source>No backup?</source>
        <translation>Keine Sicherung?</translation>
    </message>
    <message>
        <source>Without a backup, only the database itself can put things back.</source>
        <translation>Ohne Sicherung kann nur die Datenbank selbst etwas zurückholen.</translation>
    </message>
    <message>
        <source>Go without</source>
        <translation>Ohne weitermachen</translation>
    </message>
    <message>
        <source>Make a backup</source>
        <translation>Sicherung anlegen</translation>
    </message>
    <message>
        <source>Really none?</source>
        <translation>Wirklich keine?</translation>
    </message>
    <message>
        <source>If the database is lost or changed by others, nothing can be restored.</source>
        <translation>Geht die Datenbank verloren oder ändern andere sie, lässt sich nichts wiederherstellen.</translation>
    </message>
    <message>
        <source>Yes, no backup</source>
        <translation>Ja, keine Sicherung</translation>
    </message>
</context>
<context>
    <name>CaptureFilePage</name>
    <message>
        <source>Save it in a file</source>
        <translation>In einer Datei speichern</translation>
    </message>
    <message>
        <source>All that the web site keeps in the browsers you chose goes into one encrypted file, to be uploaded later.</source>
        <translation>Alles, was die Website in den gewählten Browsern aufbewahrt, kommt in eine verschlüsselte Datei, die später hochgeladen wird.</translation>
    </message>
    <message>
        <source>Only the support &amp;desk can open it (recommended)</source>
        <translation>Nur der &amp;Support kann sie öffnen (empfohlen)</translation>
    </message>
    <message>
        <source>Sealed with the key of {owner}.</source>
        <translation>Versiegelt mit dem Schlüssel von {owner}.</translation>
    </message>
    <message>
        <source>It opens &amp;with a passphrase of your own</source>
        <translation>Sie öffnet sich &amp;mit einer eigenen Passphrase</translation>
    </message>
    <message>
        <source>Tell it whoever shall upload the file, but not in the same message.</source>
        <translation>Teilen Sie sie dem mit, der die Datei hochladen soll, aber nicht in derselben Nachricht.</translation>
    </message>
    <message>
        <source>Keep it safe: nobody can open the file without it.</source>
        <translation>Bewahren Sie sie gut auf: Ohne sie kann niemand die Datei öffnen.</translation>
    </message>
    <message>
        <source>Where is it kept?</source>
        <translation>Wo wird sie aufbewahrt?</translation>
    </message>
    <message>
        <source>C&amp;hoose a place …</source>
        <translation>&amp;Ort wählen …</translation>
    </message>
    <message>
        <source>Where the file is kept, and its name</source>
        <translation>Wo die Datei liegt und wie sie heißt</translation>
    </message>
    <message>
        <source>Who you are</source>
        <translation>Wer Sie sind</translation>
    </message>
    <message>
        <source>Your &amp;e-mail address in the app</source>
        <translation>Ihre &amp;E-Mail-Adresse in der App</translation>
    </message>
    <message>
        <source>Your &amp;id in the app</source>
        <translation>Ihre &amp;ID in der App</translation>
    </message>
    <message>
        <source>It goes into the file, encrypted, so that your data comes to you. If you do not know it, leave it empty.</source>
        <translation>Sie kommt verschlüsselt in die Datei, damit Ihre Daten bei Ihnen ankommen. Wenn Sie sie nicht wissen, lassen Sie das Feld leer.</translation>
    </message>
    <message>
        <source>Captures (*.dmcapture)</source>
        <translation>Gespeicherte Daten (*.dmcapture)</translation>
    </message>
</context>
<context>
    <name>CapturesPage</name>
    <message>
        <source>Which files shall be uploaded?</source>
        <translation>Welche Dateien sollen hochgeladen werden?</translation>
    </message>
    <message>
        <source>Each goes into the database once, however often it is uploaded.</source>
        <translation>Jede kommt nur einmal in die Datenbank, so oft sie auch hochgeladen wird.</translation>
    </message>
    <message>
        <source>Files</source>
        <translation>Dateien</translation>
    </message>
    <message>
        <source>The files that will be uploaded</source>
        <translation>Die Dateien, die hochgeladen werden</translation>
    </message>
    <message>
        <source>&amp;Add files …</source>
        <translation>Dateien &amp;hinzufügen …</translation>
    </message>
    <message>
        <source>Chooses files that were saved before</source>
        <translation>Wählt Dateien, die zuvor gespeichert wurden</translation>
    </message>
    <message>
        <source>&amp;Remove</source>
        <translation>&amp;Entfernen</translation>
    </message>
    <message>
        <source>Takes the file chosen off the list</source>
        <translation>Nimmt die gewählte Datei von der Liste</translation>
    </message>
    <message>
        <source>You can also drop files here.</source>
        <translation>Sie können Dateien auch hierher ziehen.</translation>
    </message>
    <message>
        <source>Passphrase of the files</source>
        <translation>Passphrase der Dateien</translation>
    </message>
    <message>
        <source>&amp;Passphrase or recovery key of the files</source>
        <translation>&amp;Passphrase oder Wiederherstellungsschlüssel der Dateien</translation>
    </message>
    <message>
        <source>Add files</source>
        <translation>Dateien hinzufügen</translation>
    </message>
    <message>
        <source>Captures (*.dmcapture)</source>
        <translation>Gespeicherte Daten (*.dmcapture)</translation>
    </message>
</context>
<context>
    <name>CheckList</name>
    <message>
        <source>What was checked</source>
        <translation>Was geprüft wurde</translation>
    </message>
    <message>
        <source>in order</source>
        <translation>in Ordnung</translation>
    </message>
    <message>
        <source>not in order</source>
        <translation>nicht in Ordnung</translation>
    </message>
</context>
<context>
    <name>ClearOldData</name>
    <message>
        <source>The old data in the browser</source>
        <translation>Die alten Daten im Browser</translation>
    </message>
    <message>
        <source>Clear the &amp;old data …</source>
        <translation>&amp;Alte Daten löschen …</translation>
    </message>
    <message>
        <source>Takes what was moved out of the browser, after a backup of it</source>
        <translation>Entfernt aus dem Browser, was übertragen wurde, nach einer Sicherung</translation>
    </message>
    <message>
        <source>&amp;Put it back</source>
        <translation>Zurückle&amp;gen</translation>
    </message>
    <message>
        <source>Brings what was cleared back into the browser, from the backup</source>
        <translation>Bringt das Gelöschte aus der Sicherung in den Browser zurück</translation>
    </message>
    <message>
        <source>What was moved is not needed there any more: it can stay, or be cleared once you are sure. What did not arrive stays in any case.</source>
        <translation>Was übertragen wurde, wird dort nicht mehr gebraucht: Es kann bleiben oder gelöscht werden, wenn Sie sicher sind. Was nicht angekommen ist, bleibt auf jeden Fall.</translation>
    </message>
    <message>
        <source>Your data was cleared from the browser on {time}, after this migration. It lies in an encrypted backup alone: put it back, or the app has it nowhere.</source>
        <translation>Ihre Daten wurden am {time}, nach diesem Umzug, aus dem Browser gelöscht. Sie liegen nur noch in einer verschlüsselten Sicherung: Legen Sie sie zurück, sonst hat die App sie nirgends.</translation>
    </message>
    <message>
        <source>What was moved is no longer in the browser.</source>
        <translation>Was umgezogen ist, liegt nicht mehr im Browser.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln part(s) stay, for good reason:</source>
        <translation>
            <numerusform>%Ln Teil bleibt, aus gutem Grund:</numerusform>
            <numerusform>%Ln Teile bleiben, aus gutem Grund:</numerusform>
        </translation>
    </message>
    <message>
        <source>The database is as it was before, and so is your browser&apos;s data.</source>
        <translation>Die Datenbank ist wie zuvor, und die Daten in Ihrem Browser sind es auch.</translation>
    </message>
    <message>
        <source>Put it back</source>
        <translation>Zurücklegen</translation>
    </message>
    <message>
        <source>The backup&apos;s passphrase or recovery key:</source>
        <translation>Die Passphrase oder der Wiederherstellungsschlüssel der Sicherung:</translation>
    </message>
    <message>
        <source>Clear the old data?</source>
        <translation>Alte Daten löschen?</translation>
    </message>
    <message>
        <source>What was moved goes from the browser, after an encrypted backup of it. Close the browser before. Log-ins and all other web sites stay.</source>
        <translation>Was übertragen wurde, verschwindet aus dem Browser, nach einer verschlüsselten Sicherung. Schließen Sie vorher den Browser. Anmeldungen und alle anderen Websites bleiben.</translation>
    </message>
    <message>
        <source>Clear it</source>
        <translation>Löschen</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>Lassen</translation>
    </message>
    <message>
        <source>The browser has its old data again.</source>
        <translation>Der Browser hat seine alten Daten wieder.</translation>
    </message>
</context>
<context>
    <name>CollapsibleDetails</name>
    <message>
        <source>Hide details</source>
        <translation>Einzelheiten ausblenden</translation>
    </message>
    <message>
        <source>Show details</source>
        <translation>Einzelheiten zeigen</translation>
    </message>
    <message>
        <source>Opens and closes the technical details of this step</source>
        <translation>Öffnet und schließt die technischen Einzelheiten dieses Schritts</translation>
    </message>
</context>
<context>
    <name>ConflictList</name>
    <message>
        <source>Items that differ</source>
        <translation>Einträge, die sich unterscheiden</translation>
    </message>
    <message>
        <source>The same for all alike</source>
        <translation>Dasselbe für alle gleichen</translation>
    </message>
    <message numerus="yes">
        <source>The same for all %Ln that differ in just these fields</source>
        <translation>
            <numerusform>Dasselbe für alle %Ln, die sich nur in diesen Feldern unterscheiden</numerusform>
            <numerusform>Dasselbe für alle %Ln, die sich nur in diesen Feldern unterscheiden</numerusform>
        </translation>
    </message>
    <message>
        <source>Not decided yet.</source>
        <translation>Noch nicht entschieden.</translation>
    </message>
    <message>
        <source>Decided: both are merged.</source>
        <translation>Entschieden: Beide werden vereint.</translation>
    </message>
    <message>
        <source>Decided: the version of {name} counts.</source>
        <translation>Entschieden: Die Fassung von {name} gilt.</translation>
    </message>
    <message>
        <source>Decided: the database stays as it is.</source>
        <translation>Entschieden: Die Datenbank bleibt, wie sie ist.</translation>
    </message>
    <message>
        <source>Decided: the browser&apos;s version counts.</source>
        <translation>Entschieden: Die Fassung des Browsers gilt.</translation>
    </message>
</context>
<context>
    <name>ConflictsModel</name>
    <message>
        <source>Not decided</source>
        <translation>Nicht entschieden</translation>
    </message>
    <message>
        <source>Both, merged</source>
        <translation>Beide, vereint</translation>
    </message>
    <message>
        <source>The database&apos;s</source>
        <translation>Die der Datenbank</translation>
    </message>
    <message>
        <source>The browser&apos;s</source>
        <translation>Die des Browsers</translation>
    </message>
    <message>
        <source>What counts</source>
        <translation>Was gilt</translation>
    </message>
</context>
<context>
    <name>ConflictsPage</name>
    <message>
        <source>Comparing with the database</source>
        <translation>Vergleich mit der Datenbank</translation>
    </message>
    <message>
        <source>Comparing</source>
        <translation>Vergleich</translation>
    </message>
    <message>
        <source>Your data is held against what is in the database; nothing is written.</source>
        <translation>Ihre Daten werden mit der Datenbank verglichen; es wird nichts geschrieben.</translation>
    </message>
    <message>
        <source>Nothing differs</source>
        <translation>Nichts unterscheidet sich</translation>
    </message>
    <message>
        <source>No item of yours is in the database in another version.</source>
        <translation>Keiner Ihrer Einträge ist in einer anderen Fassung in der Datenbank.</translation>
    </message>
    <message>
        <source>What counts where both differ?</source>
        <translation>Was gilt, wo sich beide unterscheiden?</translation>
    </message>
    <message>
        <source>What counts for {kind}</source>
        <translation>Was gilt für {kind}</translation>
    </message>
    <message>
        <source>as chosen above</source>
        <translation>wie oben gewählt</translation>
    </message>
    <message>
        <source>&amp;All kinds alike</source>
        <translation>&amp;Alle Arten gleich</translation>
    </message>
    <message>
        <source>What counts for all kinds</source>
        <translation>Was für alle Arten gilt</translation>
    </message>
    <message>
        <source>The one changed last</source>
        <translation>Das zuletzt Geänderte</translation>
    </message>
    <message>
        <source>What is in the database</source>
        <translation>Was in der Datenbank ist</translation>
    </message>
    <message>
        <source>What is in the browser</source>
        <translation>Was im Browser ist</translation>
    </message>
    <message>
        <source>Both, merged field by field</source>
        <translation>Beide, Feld für Feld vereint</translation>
    </message>
    <message>
        <source>Decide one by one</source>
        <translation>Einzeln entscheiden</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s) differ from the database, or from another browser&apos;s version.</source>
        <translation>
            <numerusform>%Ln Eintrag weicht von der Datenbank oder von der Fassung eines anderen Browsers ab.</numerusform>
            <numerusform>%Ln Einträge weichen von der Datenbank oder von der Fassung eines anderen Browsers ab.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s) are in the database already, and differ.</source>
        <translation>
            <numerusform>%Ln Eintrag liegt schon in der Datenbank und ist dort anders.</numerusform>
            <numerusform>%Ln Einträge liegen schon in der Datenbank und sind dort anders.</numerusform>
        </translation>
    </message>
    <message>
        <source>Show what differs in {kind}</source>
        <translation>Zeigen, was sich bei {kind} unterscheidet</translation>
    </message>
    <message>
        <source>All are decided</source>
        <translation>Alle sind entschieden</translation>
    </message>
    <message numerus="yes">
        <source>%Ln still to decide</source>
        <translation>
            <numerusform>%Ln ist noch zu entscheiden</numerusform>
            <numerusform>%Ln sind noch zu entscheiden</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DestinationPage</name>
    <message>
        <source>Where shall it go?</source>
        <translation>Wohin soll es gehen?</translation>
    </message>
    <message>
        <source>Say who you are in the app, and which database is the app&apos;s.</source>
        <translation>Sagen Sie, wer Sie in der App sind und welche Datenbank die der App ist.</translation>
    </message>
    <message>
        <source>Who you are</source>
        <translation>Wer Sie sind</translation>
    </message>
    <message>
        <source>Your &amp;e-mail address in the app</source>
        <translation>Ihre &amp;E-Mail-Adresse in der App</translation>
    </message>
    <message>
        <source>or your &amp;id in the app</source>
        <translation>oder Ihre &amp;ID in der App</translation>
    </message>
    <message>
        <source>Your &amp;id in the app</source>
        <translation>Ihre &amp;ID in der App</translation>
    </message>
    <message>
        <source>The app shows it in its settings or your profile; the support desk knows it</source>
        <translation>Die App zeigt sie in den Einstellungen oder Ihrem Profil; der Support kennt sie</translation>
    </message>
    <message>
        <source>The database</source>
        <translation>Die Datenbank</translation>
    </message>
    <message>
        <source>The app&apos;s &amp;database</source>
        <translation>Die &amp;Datenbank der App</translation>
    </message>
    <message>
        <source>On a server; the app&apos;s people gave you an address or a name.</source>
        <translation>Auf einem Server; von den Leuten der App haben Sie eine Adresse oder einen Namen.</translation>
    </message>
    <message>
        <source>O&amp;ne on this computer, to try it</source>
        <translation>Eine auf diesem Computer, zum &amp;Ausprobieren</translation>
    </message>
    <message>
        <source>Comes with this program; the app itself will not see it.</source>
        <translation>Kommt mit diesem Programm; die App selbst sieht sie nicht.</translation>
    </message>
    <message>
        <source>Sa&amp;ved connection</source>
        <translation>&amp;Gemerkte Verbindung</translation>
    </message>
    <message>
        <source>&amp;Paste an address</source>
        <translation>Adresse ein&amp;fügen</translation>
    </message>
    <message>
        <source>Fills in the fields below</source>
        <translation>Füllt die Felder darunter aus</translation>
    </message>
    <message>
        <source>&amp;Host</source>
        <translation>&amp;Server</translation>
    </message>
    <message>
        <source>P&amp;ort</source>
        <translation>P&amp;ort</translation>
    </message>
    <message>
        <source>D&amp;atabase name</source>
        <translation>Na&amp;me der Datenbank</translation>
    </message>
    <message>
        <source>&amp;User</source>
        <translation>Ben&amp;utzer</translation>
    </message>
    <message>
        <source>Pass&amp;word</source>
        <translation>&amp;Passwort</translation>
    </message>
    <message>
        <source>Kept in memory only, unless the connection is remembered</source>
        <translation>Bleibt nur im Arbeitsspeicher, außer die Verbindung wird gemerkt</translation>
    </message>
    <message>
        <source>Encrypted, server checked</source>
        <translation>Verschlüsselt, Server geprüft</translation>
    </message>
    <message>
        <source>Encrypted, server checked (recommended)</source>
        <translation>Verschlüsselt, Server geprüft (empfohlen)</translation>
    </message>
    <message>
        <source>Encrypted, server not checked</source>
        <translation>Verschlüsselt, Server nicht geprüft</translation>
    </message>
    <message>
        <source>Without encryption</source>
        <translation>Ohne Verschlüsselung</translation>
    </message>
    <message>
        <source>&amp;Security</source>
        <translation>Sic&amp;herheit</translation>
    </message>
    <message>
        <source>Certificate authority&apos;s &amp;file</source>
        <translation>Datei der Zertifizierungsste&amp;lle</translation>
    </message>
    <message>
        <source>Only where the server&apos;s certificate comes from an authority of its own</source>
        <translation>Nur wenn das Zertifikat des Servers von einer eigenen Stelle kommt</translation>
    </message>
    <message>
        <source>Choose a certificate …</source>
        <translation>Zertifikat wählen …</translation>
    </message>
    <message>
        <source>Finds the authority&apos;s file on this computer</source>
        <translation>Sucht die Datei der Zertifizierungsstelle auf diesem Computer</translation>
    </message>
    <message>
        <source>&amp;Remember this connection</source>
        <translation>Diese Verbindung me&amp;rken</translation>
    </message>
    <message>
        <source>The password goes into this computer&apos;s keychain, never into a file</source>
        <translation>Das Passwort kommt in den Schlüsselbund dieses Computers, nie in eine Datei</translation>
    </message>
    <message>
        <source>&amp;Make tables that are missing</source>
        <translation>Fehlende &amp;Tabellen anlegen</translation>
    </message>
    <message>
        <source>Only for a new, empty database: usually the app makes its tables itself</source>
        <translation>Nur für eine neue, leere Datenbank: Gewöhnlich legt die App ihre Tabellen selbst an</translation>
    </message>
    <message>
        <source>&amp;Test connection</source>
        <translation>&amp;Verbindung prüfen</translation>
    </message>
    <message>
        <source>Checks that the database is reached, safe, and lets you in; changes nothing</source>
        <translation>Prüft, ob die Datenbank erreichbar und sicher ist und Sie einlässt; ändert nichts</translation>
    </message>
    <message>
        <source>Testing the connection</source>
        <translation>Die Verbindung wird geprüft</translation>
    </message>
    <message>
        <source>Certificate authority&apos;s file</source>
        <translation>Datei der Zertifizierungsstelle</translation>
    </message>
    <message>
        <source>Certificates (*.pem *.crt *.cer);;All files (*)</source>
        <translation>Zertifikate (*.pem *.crt *.cer);;Alle Dateien (*)</translation>
    </message>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>This database cannot be used as it is.</source>
        <translation>Diese Datenbank kann so nicht verwendet werden.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln point(s) to look at; you can go on.</source>
        <translation>
            <numerusform>%Ln Punkt zum Ansehen; Sie können weitermachen.</numerusform>
            <numerusform>%Ln Punkte zum Ansehen; Sie können weitermachen.</numerusform>
        </translation>
    </message>
    <message>
        <source>Everything is in order.</source>
        <translation>Alles ist in Ordnung.</translation>
    </message>
</context>
<context>
    <name>DifferencesTable</name>
    <message>
        <source>Fields that differ</source>
        <translation>Felder, die sich unterscheiden</translation>
    </message>
    <message>
        <source>Field</source>
        <translation>Feld</translation>
    </message>
    <message>
        <source>In the database</source>
        <translation>In der Datenbank</translation>
    </message>
    <message>
        <source>In the browser</source>
        <translation>Im Browser</translation>
    </message>
    <message>
        <source>(empty)</source>
        <translation>(leer)</translation>
    </message>
</context>
<context>
    <name>DonePage</name>
    <message>
        <source>&amp;Undo …</source>
        <translation>Zurück&amp;nehmen …</translation>
    </message>
    <message>
        <source>Takes this migration back, exactly</source>
        <translation>Nimmt diese Übertragung genau zurück</translation>
    </message>
    <message>
        <source>Open &amp;report</source>
        <translation>&amp;Bericht öffnen</translation>
    </message>
    <message>
        <source>Shows counts, what was not moved and why, in your browser</source>
        <translation>Zeigt in Ihrem Browser Zahlen, und was warum nicht übertragen wurde</translation>
    </message>
    <message>
        <source>&amp;Save support bundle …</source>
        <translation>Paket für den &amp;Support speichern …</translation>
    </message>
    <message>
        <source>A file for the support desk that holds none of your data; you see it first</source>
        <translation>Eine Datei für den Support, die keine Ihrer Daten enthält; Sie sehen sie vorher</translation>
    </message>
    <message>
        <source>Your data has moved</source>
        <translation>Ihre Daten sind umgezogen</translation>
    </message>
    <message>
        <source>You can close this window and use the app as always.</source>
        <translation>Sie können dieses Fenster schließen und die App wie immer verwenden.</translation>
    </message>
    <message>
        <source>Run {run}</source>
        <translation>Vorgang {run}</translation>
    </message>
    <message>
        <source>Backup {name}</source>
        <translation>Sicherung {name}</translation>
    </message>
    <message>
        <source>Your data is in the file</source>
        <translation>Ihre Daten sind in der Datei</translation>
    </message>
    <message>
        <source>It can be uploaded from any computer; your browser&apos;s data was not changed.</source>
        <translation>Sie kann von jedem Computer hochgeladen werden; die Daten im Browser wurden nicht verändert.</translation>
    </message>
    <message>
        <source>The file was read back and compared, record by record.</source>
        <translation>Die Datei wurde zurückgelesen und Eintrag für Eintrag verglichen.</translation>
    </message>
    <message>
        <source>The files are uploaded</source>
        <translation>Die Dateien sind hochgeladen</translation>
    </message>
    <message>
        <source>What was written was checked row by row.</source>
        <translation>Was geschrieben wurde, wurde Zeile für Zeile geprüft.</translation>
    </message>
    <message>
        <source>All that was sent lies in the database; it was checked row by row.</source>
        <translation>Alles, was gesendet wurde, liegt in der Datenbank; es wurde Zeile für Zeile geprüft.</translation>
    </message>
    <message>
        <source>It has been taken back</source>
        <translation>Es wurde zurückgenommen</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Open the a&amp;pp</source>
        <translation>A&amp;pp öffnen</translation>
    </message>
    <message>
        <source>Show in &amp;folder</source>
        <translation>Im &amp;Ordner zeigen</translation>
    </message>
    <message>
        <source>Opens the folder that has the file</source>
        <translation>Öffnet den Ordner, in dem die Datei liegt</translation>
    </message>
    <message>
        <source>&amp;Write an e-mail …</source>
        <translation>E-Mail &amp;schreiben …</translation>
    </message>
    <message>
        <source>Begins a letter with the file in your mail program</source>
        <translation>Beginnt in Ihrem E-Mail-Programm eine Nachricht mit der Datei</translation>
    </message>
    <message>
        <source>It is called {name}.</source>
        <translation>Sie heißt {name}.</translation>
    </message>
    <message>
        <source>Send it to {owner}: nobody else can open it.</source>
        <translation>Senden Sie sie an {owner}: Niemand sonst kann sie öffnen.</translation>
    </message>
    <message>
        <source>Here is my data, in the file {name}.

(If the file is not attached to this letter yet, drag it in: it lies in {folder}.)</source>
        <translation>Hier sind meine Daten, in der Datei {name}.

(Falls die Datei noch nicht an dieser Nachricht hängt, ziehen Sie sie hinein: Sie liegt in {folder}.)</translation>
    </message>
    <message>
        <source>There is no mail program here. Send {name} to {address}.</source>
        <translation>Hier gibt es kein E-Mail-Programm. Senden Sie {name} an {address}.</translation>
    </message>
    <message>
        <source>Goes to {address} in your browser</source>
        <translation>Geht in Ihrem Browser zu {address}</translation>
    </message>
    <message>
        <source>No program opens it here. It is at {path}.</source>
        <translation>Hier öffnet sie kein Programm. Sie liegt unter {path}.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) were uploaded.</source>
        <translation>
            <numerusform>%Ln Datei wurde hochgeladen.</numerusform>
            <numerusform>%Ln Dateien wurden hochgeladen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) had been uploaded before.</source>
        <translation>
            <numerusform>%Ln Datei war schon hochgeladen.</numerusform>
            <numerusform>%Ln Dateien waren schon hochgeladen.</numerusform>
        </translation>
    </message>
    <message>
        <source>What the app does not need stays in the browser.</source>
        <translation>Was die App nicht braucht, bleibt im Browser.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s) were moved.</source>
        <translation>
            <numerusform>%Ln Eintrag ist umgezogen.</numerusform>
            <numerusform>%Ln Einträge sind umgezogen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln lay in the browsers twice and alike, and went once.</source>
        <translation>
            <numerusform>%Ln lag doppelt und gleich in den Browsern und ist einmal umgezogen.</numerusform>
            <numerusform>%Ln lagen doppelt und gleich in den Browsern und sind einmal umgezogen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were there already.</source>
        <translation>
            <numerusform>%Ln war schon dort.</numerusform>
            <numerusform>%Ln waren schon dort.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln stayed as the app&apos;s database has them.</source>
        <translation>
            <numerusform>%Ln blieb, wie die Datenbank der App ihn hat.</numerusform>
            <numerusform>%Ln blieben, wie die Datenbank der App sie hat.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln could not be moved.</source>
        <translation>
            <numerusform>%Ln konnte nicht umziehen.</numerusform>
            <numerusform>%Ln konnten nicht umziehen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln gave way to another version of the same item; these are kept aside.</source>
        <translation>
            <numerusform>%Ln ist einer anderen Fassung desselben Eintrags gewichen und wird aufgehoben.</numerusform>
            <numerusform>%Ln sind einer anderen Fassung desselben Eintrags gewichen und werden aufgehoben.</numerusform>
        </translation>
    </message>
    <message>
        <source>Stays in the browser: {place}</source>
        <translation>Bleibt im Browser: {place}</translation>
    </message>
    <message>
        <source>The database is as it was before. Your browser was cleared after the migration: put its data back too, or the app has it nowhere.</source>
        <translation>Die Datenbank ist wie zuvor. Ihr Browser wurde nach dem Umzug geleert: Legen Sie auch dessen Daten zurück, sonst hat die App sie nirgends.</translation>
    </message>
    <message>
        <source>The database is as it was before, and so is your browser&apos;s data.</source>
        <translation>Die Datenbank ist, wie sie vorher war, und die Daten in Ihrem Browser auch.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) removed.</source>
        <translation>
            <numerusform>%Ln Zeile entfernt.</numerusform>
            <numerusform>%Ln Zeilen entfernt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) have their former values again.</source>
        <translation>
            <numerusform>%Ln Zeile hat wieder ihre früheren Werte.</numerusform>
            <numerusform>%Ln Zeilen haben wieder ihre früheren Werte.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) were changed by others since then and stay.</source>
        <translation>
            <numerusform>%Ln Zeile wurde seitdem von anderen geändert und bleibt.</numerusform>
            <numerusform>%Ln Zeilen wurden seitdem von anderen geändert und bleiben.</numerusform>
        </translation>
    </message>
    <message>
        <source>The backup is back in the database</source>
        <translation>Die Sicherung ist wieder in der Datenbank</translation>
    </message>
    <message>
        <source>You can take this back as well, under Undo or restore.</source>
        <translation>Auch das lässt sich zurücknehmen, unter „Rückgängig machen oder wiederherstellen“.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) that were gone are back.</source>
        <translation>
            <numerusform>%Ln Zeile, die fehlte, ist wieder da.</numerusform>
            <numerusform>%Ln Zeilen, die fehlten, sind wieder da.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) were refused by the database.</source>
        <translation>
            <numerusform>%Ln Zeile hat die Datenbank abgelehnt.</numerusform>
            <numerusform>%Ln Zeilen hat die Datenbank abgelehnt.</numerusform>
        </translation>
    </message>
    <message>
        <source>The backup is back in the browser</source>
        <translation>Die Sicherung ist wieder im Browser</translation>
    </message>
    <message>
        <source>You can start the browser now and use the web site as before.</source>
        <translation>Sie können den Browser jetzt starten und die Website wie vorher benutzen.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) are back.</source>
        <translation>
            <numerusform>%Ln Datensatz ist wieder da.</numerusform>
            <numerusform>%Ln Datensätze sind wieder da.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were replaced.</source>
        <translation>
            <numerusform>%Ln wurde ersetzt.</numerusform>
            <numerusform>%Ln wurden ersetzt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln lay there already.</source>
        <translation>
            <numerusform>%Ln war schon da.</numerusform>
            <numerusform>%Ln waren schon da.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were changed by the web site since then and stay.</source>
        <translation>
            <numerusform>%Ln wurde seitdem von der Website geändert und bleibt.</numerusform>
            <numerusform>%Ln wurden seitdem von der Website geändert und bleiben.</numerusform>
        </translation>
    </message>
    <message>
        <source>What was written was read back and compared.</source>
        <translation>Was geschrieben wurde, wurde zurückgelesen und verglichen.</translation>
    </message>
</context>
<context>
    <name>ErrorPanel</name>
    <message>
        <source>Cop&amp;y for support</source>
        <translation>Kop&amp;ieren für den Support</translation>
    </message>
    <message>
        <source>Copies the code and what happened, without any of your data</source>
        <translation>Kopiert den Code und was geschah, ohne Ihre Daten</translation>
    </message>
    <message>
        <source>Code {code}, step {step}</source>
        <translation>Code {code}, Schritt {step}</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>FindPage</name>
    <message>
        <source>Where is your data?</source>
        <translation>Wo sind Ihre Daten?</translation>
    </message>
    <message>
        <source>Looking into browsers</source>
        <translation>Browser werden durchgesehen</translation>
    </message>
    <message>
        <source>Browsers</source>
        <translation>Browser</translation>
    </message>
    <message>
        <source>Add a &amp;folder …</source>
        <translation>&amp;Ordner hinzufügen …</translation>
    </message>
    <message>
        <source>Choose a browser&apos;s profile folder that was not found by itself</source>
        <translation>Wählen Sie den Profilordner eines Browsers, der nicht von selbst gefunden wurde</translation>
    </message>
    <message>
        <source>&amp;Look again</source>
        <translation>Noch einmal &amp;suchen</translation>
    </message>
    <message>
        <source>Looks into all browsers once more</source>
        <translation>Sieht noch einmal in alle Browser</translation>
    </message>
    <message>
        <source>You can also drop a folder here.</source>
        <translation>Sie können auch einen Ordner hierher ziehen.</translation>
    </message>
    <message>
        <source>Look whether this is the app that you used, and where you used it.</source>
        <translation>Sehen Sie nach, ob das die App ist, die Sie benutzt haben, und wo das war.</translation>
    </message>
    <message>
        <source>Search the whole &amp;disk</source>
        <translation>Ganze &amp;Festplatte durchsuchen</translation>
    </message>
    <message>
        <source>Looks for browsers and apps in all folders; can take some minutes</source>
        <translation>Sucht in allen Ordnern nach Browsern und Apps; kann einige Minuten dauern</translation>
    </message>
    <message>
        <source>&amp;Stop searching</source>
        <translation>&amp;Suche beenden</translation>
    </message>
    <message>
        <source>Shows what was found before</source>
        <translation>Zeigt, was vorher gefunden war</translation>
    </message>
    <message>
        <source>Searching the whole disk …</source>
        <translation>Die ganze Festplatte wird durchsucht …</translation>
    </message>
    <message numerus="yes">
        <source>%Ln folder(s) searched</source>
        <translation>
            <numerusform>%Ln Ordner durchsucht</numerusform>
            <numerusform>%Ln Ordner durchsucht</numerusform>
        </translation>
    </message>
    <message>
        <source>Looking into your browsers …</source>
        <translation>Ihre Browser werden durchgesehen …</translation>
    </message>
    <message>
        <source>Nothing of the app was found in these browsers.</source>
        <translation>In diesen Browsern wurde nichts von der App gefunden.</translation>
    </message>
    <message>
        <source>No browser with data was found on this computer.</source>
        <translation>Auf diesem Computer wurde kein Browser mit Daten gefunden.</translation>
    </message>
    <message>
        <source>Did you use the app on another computer, or as another user of this one?</source>
        <translation>Haben Sie die App an einem anderen Computer benutzt oder an diesem unter einem anderen Benutzernamen?</translation>
    </message>
    <message>
        <source>Else open the app once in the browser that you used, then look again here.</source>
        <translation>Sonst öffnen Sie die App einmal in dem Browser, den Sie benutzt haben, und suchen dann hier noch einmal.</translation>
    </message>
    <message>
        <source>Or ask {owner}: {contact}</source>
        <translation>Oder fragen Sie {owner}: {contact}</translation>
    </message>
    <message>
        <source>and other data</source>
        <translation>und andere Daten</translation>
    </message>
    <message>
        <source>What you moved on {day}, in the same way</source>
        <translation>Was Sie am {day} übertragen haben, auf dieselbe Weise</translation>
    </message>
    <message>
        <source>Profile {name}</source>
        <translation>Profil {name}</translation>
    </message>
    <message>
        <source>This browser is open. That is fine; what you did there in the last minute may be missing.</source>
        <translation>Dieser Browser ist offen. Das macht nichts; was Sie dort in der letzten Minute getan haben, fehlt vielleicht.</translation>
    </message>
    <message>
        <source>Parts of it are damaged; what can be read is taken.</source>
        <translation>Teile davon sind beschädigt; was lesbar ist, wird genommen.</translation>
    </message>
    <message>
        <source>A browser&apos;s profile folder</source>
        <translation>Der Profilordner eines Browsers</translation>
    </message>
</context>
<context>
    <name>HistoryPage</name>
    <message>
        <source>What shall be as it was?</source>
        <translation>Was soll wieder sein wie vorher?</translation>
    </message>
    <message>
        <source>Take a migration back, or put back what a backup holds; what others changed since then stays.</source>
        <translation>Nehmen Sie eine Übertragung zurück, oder spielen Sie eine Sicherung zurück; was andere seitdem geändert haben, bleibt.</translation>
    </message>
    <message>
        <source>Migrations</source>
        <translation>Übertragungen</translation>
    </message>
    <message>
        <source>No migration was made from this computer.</source>
        <translation>Von diesem Computer ging noch keine Übertragung aus.</translation>
    </message>
    <message>
        <source>Backups</source>
        <translation>Sicherungen</translation>
    </message>
    <message>
        <source>There is no backup on this computer.</source>
        <translation>Auf diesem Computer gibt es keine Sicherung.</translation>
    </message>
    <message>
        <source>for {user}, into {database}</source>
        <translation>für {user}, in {database}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) written</source>
        <translation>
            <numerusform>%Ln Zeile geschrieben</numerusform>
            <numerusform>%Ln Zeilen geschrieben</numerusform>
        </translation>
    </message>
    <message>
        <source>It was cut off.</source>
        <translation>Sie wurde abgebrochen.</translation>
    </message>
    <message>
        <source>Migration of {time}</source>
        <translation>Übertragung vom {time}</translation>
    </message>
    <message>
        <source>Backup {name}</source>
        <translation>Sicherung {name}</translation>
    </message>
    <message>
        <source>What is in it shows once it has been checked.</source>
        <translation>Was darin ist, zeigt sich, sobald sie geprüft ist.</translation>
    </message>
    <message>
        <source>Backup of {time}</source>
        <translation>Sicherung vom {time}</translation>
    </message>
    <message>
        <source>made on {computer}, {size}</source>
        <translation>erstellt auf {computer}, {size}</translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) of the browser</source>
        <translation>
            <numerusform>%Ln Datensatz des Browsers</numerusform>
            <numerusform>%Ln Datensätze des Browsers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) of the database</source>
        <translation>
            <numerusform>%Ln Zeile der Datenbank</numerusform>
            <numerusform>%Ln Zeilen der Datenbank</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ItemDetail</name>
    <message>
        <source>As the b&amp;rowser has it</source>
        <translation>Wie der &amp;Browser es hat</translation>
    </message>
    <message>
        <source>As the &amp;database would have it</source>
        <translation>Wie die &amp;Datenbank es hätte</translation>
    </message>
    <message>
        <source>Choose an item to see it in full.</source>
        <translation>Wählen Sie einen Eintrag, um ihn ganz zu sehen.</translation>
    </message>
</context>
<context>
    <name>ItemsModel</name>
    <message>
        <source>Why</source>
        <translation>Warum</translation>
    </message>
    <message>
        <source>What becomes of it</source>
        <translation>Was daraus wird</translation>
    </message>
    <message>
        <source>Kept as</source>
        <translation>Abgelegt unter</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Ausgelassen</translation>
    </message>
</context>
<context>
    <name>KitPage</name>
    <message>
        <source>&amp;Start now</source>
        <translation>&amp;Jetzt beginnen</translation>
    </message>
    <message>
        <source>&amp;Look at the items</source>
        <translation>Einträge &amp;ansehen</translation>
    </message>
    <message>
        <source>Shows what will be moved, one by one</source>
        <translation>Zeigt einzeln, was umziehen wird</translation>
    </message>
    <message>
        <source>C&amp;hange …</source>
        <translation>Än&amp;dern …</translation>
    </message>
    <message>
        <source>Goes through all steps, with everything to choose</source>
        <translation>Geht alle Schritte durch, bei denen Sie alles wählen können</translation>
    </message>
    <message>
        <source>Sa&amp;ve it in a file instead</source>
        <translation>Stattdessen in einer &amp;Datei sichern</translation>
    </message>
    <message>
        <source>Only those who made the kit can open the file</source>
        <translation>Nur wer das Paket gemacht hat, kann die Datei öffnen</translation>
    </message>
    <message>
        <source>Your data</source>
        <translation>Ihre Daten</translation>
    </message>
    <message>
        <source>Looking into browsers</source>
        <translation>Blick in die Browser</translation>
    </message>
    <message>
        <source>Who you are</source>
        <translation>Wer Sie sind</translation>
    </message>
    <message>
        <source>Your &amp;e-mail address in the app</source>
        <translation>Ihre &amp;E-Mail-Adresse in der App</translation>
    </message>
    <message>
        <source>Your &amp;id in the app</source>
        <translation>Ihre &amp;ID in der App</translation>
    </message>
    <message>
        <source>The &amp;password you were given</source>
        <translation>Das &amp;Passwort, das man Ihnen gab</translation>
    </message>
    <message>
        <source>The &amp;code that you were told by phone: 20 digits</source>
        <translation>Der &amp;Code, den man Ihnen am Telefon gesagt hat: 20 Ziffern</translation>
    </message>
    <message>
        <source>Keep it safe: nobody can open the backup without it.</source>
        <translation>Bewahren Sie sie gut auf: Ohne sie kann niemand die Sicherung öffnen.</translation>
    </message>
    <message>
        <source>Move your data to {owner}</source>
        <translation>Ihre Daten zu {owner} umziehen</translation>
    </message>
    <message>
        <source>Nothing in your browser is changed, and all of it can be undone.</source>
        <translation>In Ihrem Browser wird nichts geändert, und alles lässt sich rückgängig machen.</translation>
    </message>
    <message>
        <source>Looking into your browsers …</source>
        <translation>Ihre Browser werden durchgesehen …</translation>
    </message>
    <message>
        <source>A backup stays on this computer for {days} days, locked with its keychain&apos;s key.</source>
        <translation>Eine Sicherung bleibt {days} Tage auf diesem Computer, verschlossen mit einem Schlüssel aus dessen Schlüsselbund.</translation>
    </message>
    <message>
        <source>A backup stays on this computer for {days} days. Think of a passphrase for it:</source>
        <translation>Eine Sicherung bleibt {days} Tage auf diesem Computer. Denken Sie sich dafür eine Passphrase aus:</translation>
    </message>
    <message>
        <source>Nothing of the app was found on this computer. Did you use it on another one, or as another user of this one? Else open the app once in the browser that you used, and start this program again.</source>
        <translation>Auf diesem Computer wurde nichts von der App gefunden. Haben Sie sie an einem anderen benutzt oder an diesem unter einem anderen Benutzernamen? Sonst öffnen Sie die App einmal in dem Browser, den Sie benutzt haben, und starten dieses Programm noch einmal.</translation>
    </message>
    <message>
        <source>{items} in {browsers}</source>
        <translation>{items} in {browsers}</translation>
    </message>
    <message>
        <source>A browser is open: what you did there in the last minute may be missing. Close it first to have that too.</source>
        <translation>Ein Browser ist offen: Was Sie dort in der letzten Minute getan haben, kann fehlen. Schließen Sie ihn vorher, damit auch das dabei ist.</translation>
    </message>
    <message>
        <source>Which of these is the app?</source>
        <translation>Welche davon ist die App?</translation>
    </message>
</context>
<context>
    <name>KitPanel</name>
    <message>
        <source>A kit by {owner}</source>
        <translation>Ein Paket von {owner}</translation>
    </message>
    <message>
        <source>It does not say where your data will go.</source>
        <translation>Es sagt nicht, wohin Ihre Daten gehen.</translation>
    </message>
    <message>
        <source>Signed with the key {fingerprint}</source>
        <translation>Unterschrieben mit dem Schlüssel {fingerprint}</translation>
    </message>
    <message>
        <source>Your data will go to: {server} ({protection})</source>
        <translation>Ihre Daten gehen an: {server} ({protection})</translation>
    </message>
    <message>
        <source>Your data will go to the database of {owner}.</source>
        <translation>Ihre Daten gehen in die Datenbank von {owner}.</translation>
    </message>
    <message>
        <source>I &amp;know and trust them</source>
        <translation>Ich &amp;kenne sie und vertraue ihnen</translation>
    </message>
    <message>
        <source>You know them as {name}. Ask them by phone whether that is their name now.</source>
        <translation>Sie kennen den Absender als {name}. Fragen Sie am Telefon, ob er jetzt so heißt.</translation>
    </message>
    <message>
        <source>You have had nothing from them before. Ask them by phone whether the kit is theirs and the key is the one above.</source>
        <translation>Von diesem Absender hatten Sie noch nichts. Fragen Sie am Telefon nach, ob das Paket von dort kommt und der Schlüssel oben stimmt.</translation>
    </message>
    <message>
        <source>Careful: it uses the name of {name}, whom you know by another key. Ask them by phone before you go on.</source>
        <translation>Vorsicht: Es trägt den Namen von {name}, den Sie mit einem anderen Schlüssel kennen. Fragen Sie dort am Telefon nach, bevor Sie weitermachen.</translation>
    </message>
    <message>
        <source>Careful: nobody has signed this kit. Anybody may have made it.</source>
        <translation>Vorsicht: Niemand hat dieses Paket unterschrieben. Jeder kann es gemacht haben.</translation>
    </message>
</context>
<context>
    <name>MigratePage</name>
    <message>
        <source>S&amp;top</source>
        <translation>&amp;Anhalten</translation>
    </message>
    <message>
        <source>Stops where nothing is half done; it can go on later</source>
        <translation>Hält an, wo nichts halb fertig ist; es kann später weitergehen</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
    <message>
        <source>What happened so far, the latest last</source>
        <translation>Was bisher geschah, das Letzte zuletzt</translation>
    </message>
    <message>
        <source>Pause</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>Copy &amp;log</source>
        <translation>Protokoll &amp;kopieren</translation>
    </message>
    <message>
        <source>Copies the log, which holds none of your data</source>
        <translation>Kopiert das Protokoll, das keine Ihrer Daten enthält</translation>
    </message>
    <message>
        <source>Taking it back</source>
        <translation>Es wird zurückgenommen</translation>
    </message>
    <message>
        <source>Putting the backup back</source>
        <translation>Die Sicherung wird zurückgespielt</translation>
    </message>
    <message>
        <source>Saving your data in a file</source>
        <translation>Ihre Daten kommen in eine Datei</translation>
    </message>
    <message>
        <source>Moving your data</source>
        <translation>Ihre Daten werden übertragen</translation>
    </message>
    <message>
        <source>You can go on using your computer; it stays awake until this is done.</source>
        <translation>Sie können weiter am Computer arbeiten; er bleibt wach, bis das fertig ist.</translation>
    </message>
    <message>
        <source>Begun.</source>
        <translation>Begonnen.</translation>
    </message>
    <message>
        <source>Cannot be moved ({entity}): {reason}</source>
        <translation>Kann nicht übertragen werden ({entity}): {reason}</translation>
    </message>
    <message>
        <source>The database&apos;s password:</source>
        <translation>Das Passwort der Datenbank:</translation>
    </message>
    <message>
        <source>The file&apos;s passphrase or recovery key:</source>
        <translation>Passphrase oder Wiederherstellungsschlüssel der Datei:</translation>
    </message>
    <message>
        <source>A passphrase for the backup, twice:</source>
        <translation>Eine Passphrase für die Sicherung, zweimal:</translation>
    </message>
    <message>
        <source>Done.</source>
        <translation>Fertig.</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>&amp;Go on where it stopped</source>
        <translation>Weiter&amp;machen, wo es anhielt</translation>
    </message>
    <message>
        <source>&amp;Try again</source>
        <translation>Noch einmal &amp;versuchen</translation>
    </message>
    <message>
        <source>Ta&amp;ke it back</source>
        <translation>Zurück&amp;nehmen</translation>
    </message>
    <message>
        <source>Stop and close?</source>
        <translation>Anhalten und schließen?</translation>
    </message>
    <message>
        <source>The work is not finished. What is done stays; you can finish it or take it back when you start this program again.</source>
        <translation>Die Arbeit ist nicht fertig. Was getan ist, bleibt; beim nächsten Start können Sie sie beenden oder zurücknehmen.</translation>
    </message>
    <message>
        <source>Stop and close</source>
        <translation>Anhalten und schließen</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>Weitermachen</translation>
    </message>
    <message>
        <source>Stop?</source>
        <translation>Anhalten?</translation>
    </message>
    <message>
        <source>It stops where nothing is half done, and can go on later.</source>
        <translation>Es hält an, wo nichts halb fertig ist, und kann später weitergehen.</translation>
    </message>
    <message>
        <source>Stop</source>
        <translation>Anhalten</translation>
    </message>
    <message>
        <source>Stopping after the step under way …</source>
        <translation>Hält nach dem laufenden Schritt an …</translation>
    </message>
    <message>
        <source>Going on.</source>
        <translation>Es geht weiter.</translation>
    </message>
    <message>
        <source>Going on …</source>
        <translation>Es geht weiter …</translation>
    </message>
    <message>
        <source>Paused.</source>
        <translation>Pause.</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>&amp;Go on</source>
        <translation>Weiter&amp;machen</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pause</translation>
    </message>
    <message>
        <source>Holds the work between two steps</source>
        <translation>Hält die Arbeit zwischen zwei Schritten an</translation>
    </message>
</context>
<context>
    <name>NewPassphraseForm</name>
    <message>
        <source>Pass&amp;phrase</source>
        <translation>&amp;Passphrase</translation>
    </message>
    <message>
        <source>The same &amp;again</source>
        <translation>&amp;Noch einmal</translation>
    </message>
    <message numerus="yes">
        <source>At least %Ln character(s).</source>
        <translation>
            <numerusform>Mindestens %Ln Zeichen.</numerusform>
            <numerusform>Mindestens %Ln Zeichen.</numerusform>
        </translation>
    </message>
    <message>
        <source>The two are not the same yet.</source>
        <translation>Die beiden sind noch nicht gleich.</translation>
    </message>
</context>
<context>
    <name>PlanOffer</name>
    <message>
        <source>S&amp;uggest how to move it</source>
        <translation>Übertragung &amp;vorschlagen</translation>
    </message>
    <message>
        <source>Reads the data of this web site and says what was found</source>
        <translation>Liest die Daten dieser Website und sagt, was gefunden wurde</translation>
    </message>
    <message>
        <source>This program does not know the app of this web site. It can look at the data and suggest how to move it.</source>
        <translation>Dieses Programm kennt die App dieser Website nicht. Es kann die Daten ansehen und vorschlagen, wie sie übertragen werden.</translation>
    </message>
    <message>
        <source>This was found and can be moved:</source>
        <translation>Das wurde gefunden und kann übertragen werden:</translation>
    </message>
</context>
<context>
    <name>RateChart</name>
    <message>
        <source>Items per second</source>
        <translation>Einträge je Sekunde</translation>
    </message>
    <message>
        <source>{rate} items per second</source>
        <translation>{rate} Einträge je Sekunde</translation>
    </message>
</context>
<context>
    <name>RecoveryKeyView</name>
    <message>
        <source>&amp;Show recovery key</source>
        <translation>Wiederherstellungsschlüssel zei&amp;gen</translation>
    </message>
    <message>
        <source>Who reads the recovery key can open your backups</source>
        <translation>Wer den Wiederherstellungsschlüssel liest, kann Ihre Sicherungen öffnen</translation>
    </message>
    <message>
        <source>P&amp;rint recovery key …</source>
        <translation>&amp;Drucken …</translation>
    </message>
    <message>
        <source>Prints it on a page to keep in a safe place</source>
        <translation>Druckt ihn auf ein Blatt, das Sie sicher aufbewahren</translation>
    </message>
    <message>
        <source>C&amp;opy recovery key</source>
        <translation>K&amp;opieren</translation>
    </message>
    <message>
        <source>For your password manager</source>
        <translation>Für Ihren Passwortmanager</translation>
    </message>
    <message>
        <source>Recovery key of Desktop Migrator&apos;s backups</source>
        <translation>Wiederherstellungsschlüssel der Sicherungen von Desktop Migrator</translation>
    </message>
</context>
<context>
    <name>RejectionList</name>
    <message>
        <source>What could not be moved, and why</source>
        <translation>Was nicht übertragen werden konnte, und warum</translation>
    </message>
    <message numerus="yes">
        <source>{entity}, %Ln item(s): {reason}</source>
        <translation>
            <numerusform>{entity}, %Ln Eintrag: {reason}</numerusform>
            <numerusform>{entity}, %Ln Einträge: {reason}</numerusform>
        </translation>
    </message>
    <message>
        <source>These stay in the browser. Correct them in the app and start this program again, or send the support bundle to the support desk: nothing is moved twice.</source>
        <translation>Diese bleiben im Browser. Berichtigen Sie sie in der App und starten Sie dieses Programm noch einmal, oder senden Sie dem Support das Support-Paket: Nichts zieht doppelt um.</translation>
    </message>
    <message>
        <source>The report has all of them.</source>
        <translation>Im Bericht stehen alle.</translation>
    </message>
</context>
<context>
    <name>RestorePage</name>
    <message>
        <source>Where shall the backup go?</source>
        <translation>Wohin soll die Sicherung?</translation>
    </message>
    <message>
        <source>The backup is read to its end and checked; nothing is changed before you press Start now.</source>
        <translation>Die Sicherung wird ganz gelesen und geprüft; bevor Sie „Jetzt beginnen“ drücken, wird nichts geändert.</translation>
    </message>
    <message>
        <source>Reading the backup</source>
        <translation>Die Sicherung wird gelesen</translation>
    </message>
    <message>
        <source>Into the &amp;database</source>
        <translation>In die &amp;Datenbank</translation>
    </message>
    <message>
        <source>What the migration after this backup changed there is put back.</source>
        <translation>Was die Übertragung nach dieser Sicherung dort geändert hat, wird zurückgesetzt.</translation>
    </message>
    <message>
        <source>Into the bro&amp;wser</source>
        <translation>In den &amp;Browser</translation>
    </message>
    <message>
        <source>The web site&apos;s data is written back; its browser has to be closed.</source>
        <translation>Die Daten der Website werden zurückgeschrieben; ihr Browser muss geschlossen sein.</translation>
    </message>
    <message>
        <source>&amp;Also put back what was changed since</source>
        <translation>&amp;Auch zurücksetzen, was seitdem geändert wurde</translation>
    </message>
    <message>
        <source>Without it, what was changed after the backup stays as it is now</source>
        <translation>Sonst bleibt, was nach der Sicherung geändert wurde, wie es jetzt ist</translation>
    </message>
    <message>
        <source>&amp;Look again</source>
        <translation>&amp;Noch einmal nachsehen</translation>
    </message>
    <message>
        <source>Finds out anew what will happen, once you have closed the browser</source>
        <translation>Stellt neu fest, was geschehen wird, wenn Sie den Browser geschlossen haben</translation>
    </message>
    <message>
        <source>Passphrase or recovery key</source>
        <translation>Passphrase oder Wiederherstellungsschlüssel</translation>
    </message>
    <message>
        <source>&amp;Passphrase or recovery key</source>
        <translation>&amp;Passphrase oder Wiederherstellungsschlüssel</translation>
    </message>
    <message>
        <source>&amp;Open the backup</source>
        <translation>Sicherung &amp;öffnen</translation>
    </message>
    <message>
        <source>Opens the backup with it and checks all of it</source>
        <translation>Öffnet damit die Sicherung und prüft sie ganz</translation>
    </message>
    <message>
        <source>Backup {name}</source>
        <translation>Sicherung {name}</translation>
    </message>
    <message>
        <source>The backup of {time} is whole: {records}, {rows}.</source>
        <translation>Die Sicherung vom {time} ist unversehrt: {records}, {rows}.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) of the browser</source>
        <translation>
            <numerusform>%Ln Datensatz des Browsers</numerusform>
            <numerusform>%Ln Datensätze des Browsers</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) of the database</source>
        <translation>
            <numerusform>%Ln Zeile der Datenbank</numerusform>
            <numerusform>%Ln Zeilen der Datenbank</numerusform>
        </translation>
    </message>
    <message>
        <source>There is nothing in it that could be put back.</source>
        <translation>Es ist nichts darin, was zurückgespielt werden könnte.</translation>
    </message>
    <message>
        <source>The database&apos;s password:</source>
        <translation>Das Passwort der Datenbank:</translation>
    </message>
    <message>
        <source>In {database}, for {user}:</source>
        <translation>In {database}, für {user}:</translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) that the migration added will be removed.</source>
        <translation>
            <numerusform>%Ln Zeile, die die Übertragung hinzugefügt hat, wird entfernt.</numerusform>
            <numerusform>%Ln Zeilen, die die Übertragung hinzugefügt hat, werden entfernt.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) will get their former values again.</source>
        <translation>
            <numerusform>%Ln Zeile erhält ihre früheren Werte zurück.</numerusform>
            <numerusform>%Ln Zeilen erhalten ihre früheren Werte zurück.</numerusform>
        </translation>
    </message>
    <message>
        <source>The database no longer knows the migration. Rows of the backup that are gone will be put back; rows that the migration added stay.</source>
        <translation>Die Datenbank kennt die Übertragung nicht mehr. Zeilen der Sicherung, die fehlen, werden wieder eingefügt; Zeilen, die die Übertragung hinzugefügt hat, bleiben.</translation>
    </message>
    <message>
        <source>The database is as it was already: nothing to put back.</source>
        <translation>Die Datenbank ist schon wie vorher: Es gibt nichts zurückzusetzen.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) go into {browser}, profile {profile}.</source>
        <translation>
            <numerusform>%Ln Datensatz kommt in {browser}, Profil {profile}.</numerusform>
            <numerusform>%Ln Datensätze kommen in {browser}, Profil {profile}.</numerusform>
        </translation>
    </message>
    <message>
        <source>{browser} is running: close all of its windows first.</source>
        <translation>{browser} läuft: Schließen Sie zuerst alle seine Fenster.</translation>
    </message>
    <message>
        <source>Records that are not in the backup stay.</source>
        <translation>Datensätze, die nicht in der Sicherung sind, bleiben.</translation>
    </message>
</context>
<context>
    <name>ResultTable</name>
    <message>
        <source>What became of the items</source>
        <translation>Was aus den Einträgen wurde</translation>
    </message>
    <message>
        <source>All</source>
        <translation>Alle</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>Einträge</translation>
    </message>
    <message>
        <source>Moved</source>
        <translation>Umgezogen</translation>
    </message>
    <message>
        <source>Brought up to date</source>
        <translation>Aktualisiert</translation>
    </message>
    <message>
        <source>Twice in the browsers</source>
        <translation>Doppelt in den Browsern</translation>
    </message>
    <message>
        <source>There already</source>
        <translation>Schon dort</translation>
    </message>
    <message>
        <source>Left as they are there</source>
        <translation>Dort so belassen</translation>
    </message>
    <message>
        <source>Another version counts</source>
        <translation>Andere Fassung gilt</translation>
    </message>
    <message>
        <source>Cannot be moved</source>
        <translation>Nicht umgezogen</translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message>
        <source>Looking through the data</source>
        <translation>Die Daten werden durchgesehen</translation>
    </message>
    <message>
        <source>Kinds of items</source>
        <translation>Arten von Einträgen</translation>
    </message>
    <message>
        <source>Search in these columns</source>
        <translation>In diesen Spalten suchen</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Show</source>
        <translation>Zeigen</translation>
    </message>
    <message>
        <source>S&amp;how</source>
        <translation>Zei&amp;gen</translation>
    </message>
    <message>
        <source>S&amp;earch</source>
        <translation>S&amp;uchen</translation>
    </message>
    <message>
        <source>Items</source>
        <translation>Einträge</translation>
    </message>
    <message>
        <source>&amp;Leave out</source>
        <translation>&amp;Auslassen</translation>
    </message>
    <message>
        <source>The items marked stay in the browser only</source>
        <translation>Die markierten Einträge bleiben nur im Browser</translation>
    </message>
    <message>
        <source>&amp;Take in again</source>
        <translation>Wieder auf&amp;nehmen</translation>
    </message>
    <message>
        <source>The items marked are moved after all</source>
        <translation>Die markierten Einträge werden doch übertragen</translation>
    </message>
    <message>
        <source>Leave out this whole &amp;kind</source>
        <translation>Diese ganze A&amp;rt auslassen</translation>
    </message>
    <message>
        <source>The data is being looked through; nothing is changed.</source>
        <translation>Die Daten werden durchgesehen; es wird nichts geändert.</translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s) were found.</source>
        <translation>
            <numerusform>%Ln Eintrag wurde gefunden.</numerusform>
            <numerusform>%Ln Einträge wurden gefunden.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln lie in the browsers twice and alike.</source>
        <translation>
            <numerusform>%Ln liegt doppelt und gleich in den Browsern.</numerusform>
            <numerusform>%Ln liegen doppelt und gleich in den Browsern.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of them cannot be moved as they are.</source>
        <translation>
            <numerusform>%Ln davon kann so nicht umziehen.</numerusform>
            <numerusform>%Ln davon können so nicht umziehen.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln give(s) way to another version.</source>
        <translation>
            <numerusform>%Ln weicht einer anderen Fassung.</numerusform>
            <numerusform>%Ln weichen einer anderen Fassung.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <translation>
            <numerusform>%Ln Eintrag</numerusform>
            <numerusform>%Ln Einträge</numerusform>
        </translation>
    </message>
    <message>
        <source>Look at what you like, or just continue.</source>
        <translation>Sehen Sie an, was Sie möchten, oder machen Sie einfach weiter.</translation>
    </message>
    <message>
        <source>What will be moved</source>
        <translation>Was übertragen wird</translation>
    </message>
    <message>
        <source>Stays in the browser: {place}</source>
        <translation>Bleibt im Browser: {place}</translation>
    </message>
    <message>
        <source>A log-in that is not moved: {place}</source>
        <translation>Eine Anmeldung, die nicht übertragen wird: {place}</translation>
    </message>
    <message>
        <source>Everything</source>
        <translation>Alles</translation>
    </message>
    <message>
        <source>Left out</source>
        <translation>Ausgelassen</translation>
    </message>
    <message>
        <source>so far …</source>
        <translation>bisher …</translation>
    </message>
</context>
<context>
    <name>SiteChoice</name>
    <message>
        <source>Web site of the app</source>
        <translation>Website der App</translation>
    </message>
    <message>
        <source>It is &amp;this web site all the same</source>
        <translation>Es ist &amp;trotzdem diese Website</translation>
    </message>
    <message>
        <source>All that the web site keeps in the browser would be moved</source>
        <translation>Alles, was die Website im Browser hält, würde umziehen</translation>
    </message>
    <message>
        <source>&amp;Another web site …</source>
        <translation>&amp;Andere Website …</translation>
    </message>
    <message>
        <source>Which web site is the app&apos;s?</source>
        <translation>Welche Website ist die der App?</translation>
    </message>
</context>
<context>
    <name>StageProgress</name>
    <message>
        <source>Progress</source>
        <translation>Fortschritt</translation>
    </message>
    <message>
        <source>Preparing …</source>
        <translation>Wird vorbereitet …</translation>
    </message>
    <message>
        <source>{percent} % done</source>
        <translation>{percent} % geschafft</translation>
    </message>
    <message numerus="yes">
        <source>The database has not answered for %Ln second(s); nothing is half done.</source>
        <translation>
            <numerusform>Die Datenbank antwortet seit %Ln Sekunde nicht; nichts ist halb getan.</numerusform>
            <numerusform>Die Datenbank antwortet seit %Ln Sekunden nicht; nichts ist halb getan.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Still at it; nothing new for %Ln second(s).</source>
        <translation>
            <numerusform>Noch dabei; seit %Ln Sekunde nichts Neues.</numerusform>
            <numerusform>Noch dabei; seit %Ln Sekunden nichts Neues.</numerusform>
        </translation>
    </message>
    <message>
        <source>{stage}: {current} of {total}</source>
        <translation>{stage}: {current} von {total}</translation>
    </message>
</context>
<context>
    <name>StepSidebar</name>
    <message>
        <source>Step {code}</source>
        <translation>Schritt {code}</translation>
    </message>
    <message>
        <source>Step {number} of {count}: {name}</source>
        <translation>Schritt {number} von {count}: {name}</translation>
    </message>
    <message>
        <source>{step}, done</source>
        <translation>{step}, erledigt</translation>
    </message>
    <message>
        <source>{step}, now</source>
        <translation>{step}, jetzt</translation>
    </message>
</context>
<context>
    <name>SupportBundleDialog</name>
    <message>
        <source>Support bundle</source>
        <translation>Paket für den Support</translation>
    </message>
    <message>
        <source>What the bundle holds</source>
        <translation>Was das Paket enthält</translation>
    </message>
    <message>
        <source>All of it, as it will be saved</source>
        <translation>Alles, so wie es gespeichert wird</translation>
    </message>
    <message>
        <source>This is all of it; none of your data is in it. Save it?</source>
        <translation>Das ist alles; Ihre Daten sind nicht dabei. Speichern?</translation>
    </message>
</context>
<context>
    <name>SupportLines</name>
    <message>
        <source>Cop&amp;y these details</source>
        <translation>Diese Angaben kop&amp;ieren</translation>
    </message>
    <message>
        <source>Copied</source>
        <translation>Kopiert</translation>
    </message>
</context>
<context>
    <name>WelcomePage</name>
    <message>
        <source>Move your data</source>
        <translation>Ihre Daten umziehen</translation>
    </message>
    <message>
        <source>The app you used kept your data in this computer&apos;s browser. This program moves it to the app&apos;s new home. Nothing in your browser is changed, and every step can be undone.</source>
        <translation>Die App hat Ihre Daten bisher im Browser dieses Computers aufbewahrt. Dieses Programm bringt sie in das neue Zuhause der App. In Ihrem Browser wird nichts geändert, und jeder Schritt lässt sich zurücknehmen.</translation>
    </message>
    <message>
        <source>What would you like to do?</source>
        <translation>Was möchten Sie tun?</translation>
    </message>
    <message>
        <source>&amp;Move my data now</source>
        <translation>Meine Daten jetzt &amp;umziehen</translation>
    </message>
    <message>
        <source>Finds it, shows it to you, and moves it into the app&apos;s database.</source>
        <translation>Findet sie, zeigt sie Ihnen und bringt sie in die Datenbank der App.</translation>
    </message>
    <message>
        <source>&amp;Save it in a file for later</source>
        <translation>Sie in einer &amp;Datei für später speichern</translation>
    </message>
    <message>
        <source>For when you are offline or the support desk shall upload it for you.</source>
        <translation>Wenn Sie offline sind oder der Support sie für Sie hochladen soll.</translation>
    </message>
    <message>
        <source>&amp;Upload a file that was saved before</source>
        <translation>Eine gespeicherte Datei &amp;hochladen</translation>
    </message>
    <message>
        <source>Moves what such a file holds into the app&apos;s database.</source>
        <translation>Bringt, was in einer solchen Datei ist, in die Datenbank der App.</translation>
    </message>
    <message>
        <source>Undo or &amp;restore</source>
        <translation>&amp;Rückgängig machen oder wiederherstellen</translation>
    </message>
    <message>
        <source>Takes an earlier migration back, exactly.</source>
        <translation>Nimmt eine frühere Übertragung genau zurück.</translation>
    </message>
    <message>
        <source>It takes a few minutes. Have ready who you are in the app, and what its people gave you: a kit, or the address of its database.</source>
        <translation>Es dauert ein paar Minuten. Halten Sie bereit, wer Sie in der App sind und was deren Leute Ihnen gegeben haben: ein Paket oder die Adresse der Datenbank.</translation>
    </message>
    <message>
        <source>One moment …</source>
        <translation>Einen Moment …</translation>
    </message>
    <message>
        <source>{file} is opened.</source>
        <translation>{file} wird geöffnet.</translation>
    </message>
    <message>
        <source>Your data was moved from this computer on {when}. What was moved is not moved twice; to take it back, choose Undo or restore.</source>
        <translation>Ihre Daten sind am {when} von diesem Computer umgezogen. Was umgezogen ist, zieht nicht doppelt um; um es zurückzunehmen, wählen Sie „Rückgängig machen oder wiederherstellen“.</translation>
    </message>
    <message>
        <source>An earlier migration did not finish</source>
        <translation>Eine frühere Übertragung wurde nicht fertig</translation>
    </message>
    <message>
        <source>&amp;Finish it</source>
        <translation>Sie &amp;beenden</translation>
    </message>
    <message>
        <source>Goes on where it stopped; nothing is moved twice.</source>
        <translation>Macht weiter, wo sie anhielt; nichts wird doppelt übertragen.</translation>
    </message>
    <message>
        <source>&amp;Take it back</source>
        <translation>Sie zurück&amp;nehmen</translation>
    </message>
    <message>
        <source>Undoes what it had done until it stopped.</source>
        <translation>Macht rückgängig, was sie bis dahin getan hatte.</translation>
    </message>
</context>
<context>
    <name>WizardPage</name>
    <message>
        <source>Program {version}, plan {plan}</source>
        <translation>Programm {version}, Plan {plan}</translation>
    </message>
    <message>
        <source>Data folder: {path}</source>
        <translation>Datenordner: {path}</translation>
    </message>
</context>
<context>
    <name>WizardWindow</name>
    <message>
        <source>&amp;Continue</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>&amp;Back</source>
        <translation>&amp;Zurück</translation>
    </message>
    <message>
        <source>&amp;Start now</source>
        <translation>&amp;Jetzt beginnen</translation>
    </message>
    <message>
        <source>C&amp;lose</source>
        <translation>Sch&amp;ließen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>About</source>
        <translation>Über</translation>
    </message>
    <message>
        <source>You have also cleared the browser. You can put that back on the page that follows.</source>
        <translation>Sie haben auch den Browser geleert. Das können Sie auf der nächsten Seite zurücklegen.</translation>
    </message>
    <message>
        <source>Take it back?</source>
        <translation>Zurücknehmen?</translation>
    </message>
    <message>
        <source>Close?</source>
        <translation>Schließen?</translation>
    </message>
    <message>
        <source>What you have entered so far is forgotten.</source>
        <translation>Was Sie bisher eingegeben haben, geht verloren.</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Go on here</source>
        <translation>Hier weiter</translation>
    </message>
    <message>
        <source>Begin anew?</source>
        <translation>Neu beginnen?</translation>
    </message>
    <message>
        <source>What you have entered so far is forgotten, and the file is opened.</source>
        <translation>Was Sie bisher eingegeben haben, wird vergessen, und die Datei geöffnet.</translation>
    </message>
    <message>
        <source>Begin anew</source>
        <translation>Neu beginnen</translation>
    </message>
    <message>
        <source>Not now</source>
        <translation>Nicht jetzt</translation>
    </message>
    <message>
        <source>The work under way comes first. Open the file again when it is done.</source>
        <translation>Erst muss die laufende Arbeit fertig werden. Öffnen Sie die Datei danach noch einmal.</translation>
    </message>
    <message>
        <source>What this migration changed in the database is put back, exactly.</source>
        <translation>Was diese Übertragung in der Datenbank änderte, wird genau zurückgestellt.</translation>
    </message>
    <message>
        <source>Take it back</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>Leave it</source>
        <translation>So lassen</translation>
    </message>
</context>
<context>
    <name>_OtherSites</name>
    <message>
        <source>Search for a web site</source>
        <translation>Website suchen</translation>
    </message>
    <message>
        <source>S&amp;earch for a web site</source>
        <translation>Website &amp;suchen</translation>
    </message>
    <message>
        <source>Other web sites</source>
        <translation>Andere Websites</translation>
    </message>
</context>
<context>
    <name>_TimeLeft</name>
    <message numerus="yes">
        <source>about %Ln second(s) left</source>
        <translation>
            <numerusform>noch etwa %Ln Sekunde</numerusform>
            <numerusform>noch etwa %Ln Sekunden</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln minute(s) left</source>
        <translation>
            <numerusform>noch etwa %Ln Minute</numerusform>
            <numerusform>noch etwa %Ln Minuten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln hour(s) left</source>
        <translation>
            <numerusform>noch etwa %Ln Stunde</numerusform>
            <numerusform>noch etwa %Ln Stunden</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>databases</name>
    <message>
        <source>the database on this computer</source>
        <translation>der Datenbank auf diesem Computer</translation>
    </message>
</context>
<context>
    <name>days</name>
    <message>
        <source>last used today</source>
        <translation>zuletzt heute benutzt</translation>
    </message>
    <message>
        <source>last used yesterday</source>
        <translation>zuletzt gestern benutzt</translation>
    </message>
    <message>
        <source>last used {days} days ago</source>
        <translation>zuletzt benutzt vor {days} Tagen</translation>
    </message>
    <message>
        <source>last used {when}</source>
        <translation>zuletzt benutzt am {when}</translation>
    </message>
</context>
<context>
    <name>lists</name>
    <message>
        <source>{first} and {last}</source>
        <translation>{first} und {last}</translation>
    </message>
</context>
<context>
    <name>requirements</name>
    <message>
        <source>First say whether you know who made the kit.</source>
        <translation>Sagen Sie zuerst, ob Sie wissen, von wem das Paket ist.</translation>
    </message>
    <message>
        <source>Type the 20 digits that you were told by phone.</source>
        <translation>Geben Sie die 20 Ziffern ein, die man Ihnen am Telefon gesagt hat.</translation>
    </message>
    <message>
        <source>Choose what you would like to do.</source>
        <translation>Wählen Sie, was Sie tun möchten.</translation>
    </message>
    <message>
        <source>Choose a browser that has your data.</source>
        <translation>Wählen Sie einen Browser, der Ihre Daten hat.</translation>
    </message>
    <message>
        <source>Choose the app&apos;s web site.</source>
        <translation>Wählen Sie die Website der App.</translation>
    </message>
    <message>
        <source>Say that it is this web site although nothing of it is known.</source>
        <translation>Sagen Sie, dass es diese Website ist, obwohl nichts von ihr bekannt ist.</translation>
    </message>
    <message>
        <source>Say who you are in the app.</source>
        <translation>Sagen Sie, wer Sie in der App sind.</translation>
    </message>
    <message>
        <source>Say which database is the app&apos;s.</source>
        <translation>Sagen Sie, welche Datenbank die der App ist.</translation>
    </message>
    <message>
        <source>Decide about what differs.</source>
        <translation>Entscheiden Sie über das, was sich unterscheidet.</translation>
    </message>
    <message>
        <source>Choose what opens the backup.</source>
        <translation>Wählen Sie, womit sich die Sicherung öffnen lässt.</translation>
    </message>
    <message>
        <source>Choose what to take back.</source>
        <translation>Wählen Sie, was rückgängig gemacht werden soll.</translation>
    </message>
    <message>
        <source>Choose where the backup goes, and look at what will happen.</source>
        <translation>Wählen Sie, wohin die Sicherung soll, und sehen Sie sich an, was geschehen wird.</translation>
    </message>
    <message>
        <source>Choose where the file is kept.</source>
        <translation>Wählen Sie, wo die Datei liegen soll.</translation>
    </message>
    <message>
        <source>Type a passphrase for the file, twice.</source>
        <translation>Geben Sie für die Datei eine Passphrase ein, zweimal.</translation>
    </message>
    <message>
        <source>Add a file that was saved before.</source>
        <translation>Fügen Sie eine Datei hinzu, die gesichert wurde.</translation>
    </message>
</context>
<context>
    <name>stages</name>
    <message>
        <source>Looking into browsers</source>
        <translation>Browser werden durchgesehen</translation>
    </message>
    <message>
        <source>Checking every item</source>
        <translation>Jeder Eintrag wird geprüft</translation>
    </message>
    <message>
        <source>Looking through the data</source>
        <translation>Die Daten werden durchgesehen</translation>
    </message>
    <message>
        <source>Comparing with the database</source>
        <translation>Vergleich mit der Datenbank</translation>
    </message>
    <message>
        <source>Making the backup</source>
        <translation>Sicherung</translation>
    </message>
    <message>
        <source>Saving your data</source>
        <translation>Ihre Daten werden gespeichert</translation>
    </message>
    <message>
        <source>Moving your data</source>
        <translation>Übertragung</translation>
    </message>
    <message>
        <source>Checking what arrived</source>
        <translation>Prüfung der Ankunft</translation>
    </message>
    <message>
        <source>Putting back</source>
        <translation>Zurückspielen</translation>
    </message>
    <message>
        <source>Taking back</source>
        <translation>Zurücknehmen</translation>
    </message>
    <message>
        <source>Uploading the files</source>
        <translation>Dateien werden hochgeladen</translation>
    </message>
</context>
<context>
    <name>states</name>
    <message>
        <source>Can be moved</source>
        <translation>Kann übertragen werden</translation>
    </message>
    <message>
        <source>New</source>
        <translation>Neu</translation>
    </message>
    <message>
        <source>Already there</source>
        <translation>Schon da</translation>
    </message>
    <message>
        <source>There, but different</source>
        <translation>Da, aber anders</translation>
    </message>
    <message>
        <source>Cannot be moved</source>
        <translation>Kann nicht übertragen werden</translation>
    </message>
    <message>
        <source>Another version counts</source>
        <translation>Andere Fassung gilt</translation>
    </message>
    <message>
        <source>Of other web sites</source>
        <translation>Von anderen Websites</translation>
    </message>
    <message>
        <source>Framed in other web sites</source>
        <translation>In andere Websites eingebettet</translation>
    </message>
    <message>
        <source>In containers of Firefox</source>
        <translation>In Containern von Firefox</translation>
    </message>
    <message>
        <source>Caches</source>
        <translation>Zwischenspeicher</translation>
    </message>
    <message>
        <source>Login tokens and other secrets</source>
        <translation>Anmeldungen und andere Geheimnisse</translation>
    </message>
    <message>
        <source>Of kinds that were left out</source>
        <translation>Von ausgelassenen Arten</translation>
    </message>
    <message>
        <source>Empty</source>
        <translation>Leer</translation>
    </message>
    <message>
        <source>Not named by the plan</source>
        <translation>Im Plan nicht genannt</translation>
    </message>
    <message>
        <source>Expired</source>
        <translation>Abgelaufen</translation>
    </message>
    <message>
        <source>Deleted by the app</source>
        <translation>Von der App gelöscht</translation>
    </message>
    <message>
        <source>Lists of other records</source>
        <translation>Listen anderer Datensätze</translation>
    </message>
    <message>
        <source>A library&apos;s own notes</source>
        <translation>Eigene Vermerke einer Programmbibliothek</translation>
    </message>
    <message>
        <source>Lost by the app</source>
        <translation>Von der App verloren</translation>
    </message>
</context>
<context>
    <name>steps</name>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>Find</source>
        <translation>Finden</translation>
    </message>
    <message>
        <source>Review</source>
        <translation>Ansehen</translation>
    </message>
    <message>
        <source>Destination</source>
        <translation>Ziel</translation>
    </message>
    <message>
        <source>Conflicts</source>
        <translation>Konflikte</translation>
    </message>
    <message>
        <source>Backup</source>
        <translation>Sicherung</translation>
    </message>
    <message>
        <source>Work</source>
        <translation>Übertragen</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Earlier runs</source>
        <translation>Frühere Übertragungen</translation>
    </message>
    <message>
        <source>Capture file</source>
        <translation>Datei</translation>
    </message>
    <message>
        <source>Restore</source>
        <translation>Zurückspielen</translation>
    </message>
    <message>
        <source>Your data</source>
        <translation>Ihre Daten</translation>
    </message>
    <message>
        <source>Captures</source>
        <translation>Dateien</translation>
    </message>
</context>
</TS>
