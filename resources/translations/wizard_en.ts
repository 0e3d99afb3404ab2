<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>ClearOldData</name>
    <message numerus="yes">
        <source>%n record(s) were cleared from the browser on {time}, after this migration. They lie in an encrypted backup alone: put them back, or the app has them nowhere.</source>
        <translation>
            <numerusform>%n record was cleared from the browser on {time}, after this migration. It lies in an encrypted backup alone: put it back, or the app has it nowhere.</numerusform>
            <numerusform>%n records were cleared from the browser on {time}, after this migration. They lie in an encrypted backup alone: put them back, or the app has them nowhere.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) were cleared from the browser.</source>
        <translation>
            <numerusform>%n record was cleared from the browser.</numerusform>
            <numerusform>%n records were cleared from the browser.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stay, for good reason:</source>
        <translation>
            <numerusform>%n stays, for good reason:</numerusform>
            <numerusform>%n stay, for good reason:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ConflictsPage</name>
    <message numerus="yes">
        <source>%n item(s) are in the database already, and differ.</source>
        <translation>
            <numerusform>%n item is in the database already, and differs.</numerusform>
            <numerusform>%n items are in the database already, and differ.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n still to decide</source>
        <translation>
            <numerusform>%n still to decide</numerusform>
            <numerusform>%n still to decide</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>The same for all %n that differ in just these fields</source>
        <translation>
            <numerusform>The same for all %n that differ in just these fields</numerusform>
            <numerusform>The same for all %n that differ in just these fields</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DestinationPage</name>
    <message numerus="yes">
        <source>%n point(s) to look at; you can go on.</source>
        <translation>
            <numerusform>%n point to look at; you can go on.</numerusform>
            <numerusform>%n points to look at; you can go on.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DonePage</name>
    <message numerus="yes">
        <source>%n item(s) were moved.</source>
        <translation>
            <numerusform>%n item was moved.</numerusform>
            <numerusform>%n items were moved.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n were there already.</source>
        <translation>
            <numerusform>%n was there already.</numerusform>
            <numerusform>%n were there already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n stayed as the app&apos;s database has them.</source>
        <translation>
            <numerusform>%n stayed as the app&apos;s database has it.</numerusform>
            <numerusform>%n stayed as the app&apos;s database has them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n could not be moved.</source>
        <translation>
            <numerusform>%n could not be moved.</numerusform>
            <numerusform>%n could not be moved.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) are in {path}.</source>
        <translation>
            <numerusform>%n record is in {path}.</numerusform>
            <numerusform>%n records are in {path}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) were uploaded.</source>
        <translation>
            <numerusform>%n file was uploaded.</numerusform>
            <numerusform>%n files were uploaded.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n gave way to another version of the same item and is kept aside.</source>
        <translation>
            <numerusform>%n gave way to another version of the same item and is kept aside.</numerusform>
            <numerusform>%n gave way to other versions of the same items and are kept aside.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) removed.</source>
        <translation>
            <numerusform>%n row removed.</numerusform>
            <numerusform>%n rows removed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) have their former values again.</source>
        <translation>
            <numerusform>%n row has its former values again.</numerusform>
            <numerusform>%n rows have their former values again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) were changed by others since then and stay.</source>
        <translation>
            <numerusform>%n row was changed by others since then and stays.</numerusform>
            <numerusform>%n rows were changed by others since then and stay.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) that were gone are back.</source>
        <translation>
            <numerusform>%n row that was gone is back.</numerusform>
            <numerusform>%n rows that were gone are back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) were refused by the database.</source>
        <translation>
            <numerusform>%n row was refused by the database.</numerusform>
            <numerusform>%n rows were refused by the database.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) are back.</source>
        <translation>
            <numerusform>%n record is back.</numerusform>
            <numerusform>%n records are back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n were replaced.</source>
        <translation>
            <numerusform>%n was replaced.</numerusform>
            <numerusform>%n were replaced.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n lay there already.</source>
        <translation>
            <numerusform>%n lay there already.</numerusform>
            <numerusform>%n lay there already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n were changed by the web site since then and stay.</source>
        <translation>
            <numerusform>%n was changed by the web site since then and stays.</numerusform>
            <numerusform>%n were changed by the web site since then and stay.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FindPage</name>
    <message numerus="yes">
        <source>%n record(s) fit</source>
        <translation>
            <numerusform>%n record fits</numerusform>
            <numerusform>%n records fit</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) of this web site</source>
        <translation>
            <numerusform>%n record of this web site</numerusform>
            <numerusform>%n records of this web site</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HistoryPage</name>
    <message numerus="yes">
        <source>%n row(s) written</source>
        <translation>
            <numerusform>%n row written</numerusform>
            <numerusform>%n rows written</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) of the browser</source>
        <translation>
            <numerusform>%n record of the browser</numerusform>
            <numerusform>%n records of the browser</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) of the database</source>
        <translation>
            <numerusform>%n row of the database</numerusform>
            <numerusform>%n rows of the database</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NewPassphraseForm</name>
    <message numerus="yes">
        <source>At least %n character(s).</source>
        <translation>
            <numerusform>At least %n character.</numerusform>
            <numerusform>At least %n characters.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RejectionList</name>
    <message numerus="yes">
        <source>{entity}, %n item(s): {reason}</source>
        <translation>
            <numerusform>{entity}, %n item: {reason}</numerusform>
            <numerusform>{entity}, %n items: {reason}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RestorePage</name>
    <message numerus="yes">
        <source>%n record(s) of the browser</source>
        <translation>
            <numerusform>%n record of the browser</numerusform>
            <numerusform>%n records of the browser</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) of the database</source>
        <translation>
            <numerusform>%n row of the database</numerusform>
            <numerusform>%n rows of the database</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) that the migration added will be removed.</source>
        <translation>
            <numerusform>%n row that the migration added will be removed.</numerusform>
            <numerusform>%n rows that the migration added will be removed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n row(s) will get their former values again.</source>
        <translation>
            <numerusform>%n row will get its former values again.</numerusform>
            <numerusform>%n rows will get their former values again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n record(s) go into {browser}, profile {profile}.</source>
        <translation>
            <numerusform>%n record goes into {browser}, profile {profile}.</numerusform>
            <numerusform>%n records go into {browser}, profile {profile}.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ReviewPage</name>
    <message numerus="yes">
        <source>%n item(s) were found.</source>
        <translation>
            <numerusform>%n item was found.</numerusform>
            <numerusform>%n items were found.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n of them cannot be moved as they are.</source>
        <translation>
            <numerusform>%n of them cannot be moved as it is.</numerusform>
            <numerusform>%n of them cannot be moved as they are.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n give(s) way to another version.</source>
        <translation>
            <numerusform>%n gives way to another version.</numerusform>
            <numerusform>%n give way to another version.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n item(s)</source>
        <translation>
            <numerusform>%n item</numerusform>
            <numerusform>%n items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StageProgress</name>
    <message numerus="yes">
        <source>about %n second(s) left</source>
        <translation>
            <numerusform>about %n second left</numerusform>
            <numerusform>about %n seconds left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n minute(s) left</source>
        <translation>
            <numerusform>about %n minute left</numerusform>
            <numerusform>about %n minutes left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %n hour(s) left</source>
        <translation>
            <numerusform>about %n hour left</numerusform>
            <numerusform>about %n hours left</numerusform>
        </translation>
    </message>
</context>
</TS>
