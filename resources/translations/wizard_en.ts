<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US">
<context>
    <name>ClearOldData</name>
    <message numerus="yes">
        <source>%Ln part(s) stay, for good reason:</source>
        <translation>
            <numerusform>%Ln part stays, for good reason:</numerusform>
            <numerusform>%Ln parts stay, for good reason:</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ConflictList</name>
    <message numerus="yes">
        <source>The same for all %n that differ in just these fields</source>
        <translation type="unfinished">
            <numerusform>The same for all %n that differ in just these fields</numerusform>
            <numerusform>The same for all %n that differ in just these fields</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ConflictsPage</name>
    <message numerus="yes">
        <source>%Ln item(s) differ from the database, or from another browser&apos;s version.</source>
        <translation>
            <numerusform>%Ln item differs from the database, or from another browser&apos;s version.</numerusform>
            <numerusform>%Ln items differ from the database, or from another browser&apos;s version.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s) are in the database already, and differ.</source>
        <translation>
            <numerusform>%Ln item is in the database already, and differs.</numerusform>
            <numerusform>%Ln items are in the database already, and differ.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln still to decide</source>
        <translation>
            <numerusform>%Ln still to decide</numerusform>
            <numerusform>%Ln still to decide</numerusform>
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
        <source>%Ln file(s) were uploaded.</source>
        <translation>
            <numerusform>%Ln file was uploaded.</numerusform>
            <numerusform>%Ln files were uploaded.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln file(s) had been uploaded before.</source>
        <translation>
            <numerusform>%Ln file had been uploaded before.</numerusform>
            <numerusform>%Ln files had been uploaded before.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s) were moved.</source>
        <translation>
            <numerusform>%Ln item was moved.</numerusform>
            <numerusform>%Ln items were moved.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln lay in the browsers twice and alike, and went once.</source>
        <translation>
            <numerusform>%Ln lay in the browsers twice and alike, and went once.</numerusform>
            <numerusform>%Ln lay in the browsers twice and alike, and went once.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were there already.</source>
        <translation>
            <numerusform>%Ln was there already.</numerusform>
            <numerusform>%Ln were there already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln stayed as the app&apos;s database has them.</source>
        <translation>
            <numerusform>%Ln stayed as the app&apos;s database has it.</numerusform>
            <numerusform>%Ln stayed as the app&apos;s database has them.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln could not be moved.</source>
        <translation>
            <numerusform>%Ln could not be moved.</numerusform>
            <numerusform>%Ln could not be moved.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln gave way to another version of the same item; these are kept aside.</source>
        <translation>
            <numerusform>%Ln gave way to another version of the same item; it is kept aside.</numerusform>
            <numerusform>%Ln gave way to another version of the same item; these are kept aside.</numerusform>
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
        <source>%n folder(s) searched</source>
        <translation>
            <numerusform>%n folder searched</numerusform>
            <numerusform>%n folders searched</numerusform>
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
        <source>{entity}, %Ln item(s): {reason}</source>
        <translation>
            <numerusform>{entity}, %Ln item: {reason}</numerusform>
            <numerusform>{entity}, %Ln items: {reason}</numerusform>
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
        <source>%Ln item(s) were found.</source>
        <translation>
            <numerusform>%Ln item was found.</numerusform>
            <numerusform>%Ln items were found.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln lie in the browsers twice and alike.</source>
        <translation>
            <numerusform>%Ln lies in the browsers twice and alike.</numerusform>
            <numerusform>%Ln lie in the browsers twice and alike.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln of them cannot be moved as they are.</source>
        <translation>
            <numerusform>%Ln of them cannot be moved as it is.</numerusform>
            <numerusform>%Ln of them cannot be moved as they are.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln give(s) way to another version.</source>
        <translation>
            <numerusform>%Ln gives way to another version.</numerusform>
            <numerusform>%Ln give way to another version.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln item(s)</source>
        <translation>
            <numerusform>%Ln item</numerusform>
            <numerusform>%Ln items</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>StageProgress</name>
    <message numerus="yes">
        <source>The database has not answered for %Ln second(s); nothing is half done.</source>
        <translation>
            <numerusform>The database has not answered for %Ln second; nothing is half done.</numerusform>
            <numerusform>The database has not answered for %Ln seconds; nothing is half done.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Still at it; nothing new for %Ln second(s).</source>
        <translation>
            <numerusform>Still at it; nothing new for %Ln second.</numerusform>
            <numerusform>Still at it; nothing new for %Ln seconds.</numerusform>
        </translation>
    </message>
</context>
</TS>
