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
        <source>The same for all %Ln that differ in just these fields</source>
        <translation>
            <numerusform>The same for all %Ln that differ in just these fields</numerusform>
            <numerusform>The same for all %Ln that differ in just these fields</numerusform>
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
        <source>%Ln point(s) to look at; you can go on.</source>
        <translation>
            <numerusform>%Ln point to look at; you can go on.</numerusform>
            <numerusform>%Ln points to look at; you can go on.</numerusform>
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
        <source>%Ln row(s) removed.</source>
        <translation>
            <numerusform>%Ln row removed.</numerusform>
            <numerusform>%Ln rows removed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) have their former values again.</source>
        <translation>
            <numerusform>%Ln row has its former values again.</numerusform>
            <numerusform>%Ln rows have their former values again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) were changed by others since then and stay.</source>
        <translation>
            <numerusform>%Ln row was changed by others since then and stays.</numerusform>
            <numerusform>%Ln rows were changed by others since then and stay.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) that were gone are back.</source>
        <translation>
            <numerusform>%Ln row that was gone is back.</numerusform>
            <numerusform>%Ln rows that were gone are back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) were refused by the database.</source>
        <translation>
            <numerusform>%Ln row was refused by the database.</numerusform>
            <numerusform>%Ln rows were refused by the database.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) are back.</source>
        <translation>
            <numerusform>%Ln record is back.</numerusform>
            <numerusform>%Ln records are back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were replaced.</source>
        <translation>
            <numerusform>%Ln was replaced.</numerusform>
            <numerusform>%Ln were replaced.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln lay there already.</source>
        <translation>
            <numerusform>%Ln lay there already.</numerusform>
            <numerusform>%Ln lay there already.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln were changed by the web site since then and stay.</source>
        <translation>
            <numerusform>%Ln was changed by the web site since then and stays.</numerusform>
            <numerusform>%Ln were changed by the web site since then and stay.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FindPage</name>
    <message numerus="yes">
        <source>%Ln folder(s) searched</source>
        <translation>
            <numerusform>%Ln folder searched</numerusform>
            <numerusform>%Ln folders searched</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>HistoryPage</name>
    <message numerus="yes">
        <source>%Ln row(s) written</source>
        <translation>
            <numerusform>%Ln row written</numerusform>
            <numerusform>%Ln rows written</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) of the browser</source>
        <translation>
            <numerusform>%Ln record of the browser</numerusform>
            <numerusform>%Ln records of the browser</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) of the database</source>
        <translation>
            <numerusform>%Ln row of the database</numerusform>
            <numerusform>%Ln rows of the database</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>NewPassphraseForm</name>
    <message numerus="yes">
        <source>At least %Ln character(s).</source>
        <translation>
            <numerusform>At least %Ln character.</numerusform>
            <numerusform>At least %Ln characters.</numerusform>
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
        <source>%Ln record(s) of the browser</source>
        <translation>
            <numerusform>%Ln record of the browser</numerusform>
            <numerusform>%Ln records of the browser</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) of the database</source>
        <translation>
            <numerusform>%Ln row of the database</numerusform>
            <numerusform>%Ln rows of the database</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) that the migration added will be removed.</source>
        <translation>
            <numerusform>%Ln row that the migration added will be removed.</numerusform>
            <numerusform>%Ln rows that the migration added will be removed.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln row(s) will get their former values again.</source>
        <translation>
            <numerusform>%Ln row will get its former values again.</numerusform>
            <numerusform>%Ln rows will get their former values again.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%Ln record(s) go into {browser}, profile {profile}.</source>
        <translation>
            <numerusform>%Ln record goes into {browser}, profile {profile}.</numerusform>
            <numerusform>%Ln records go into {browser}, profile {profile}.</numerusform>
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
<context>
    <name>_TimeLeft</name>
    <message numerus="yes">
        <source>about %Ln second(s) left</source>
        <translation>
            <numerusform>about %Ln second left</numerusform>
            <numerusform>about %Ln seconds left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln minute(s) left</source>
        <translation>
            <numerusform>about %Ln minute left</numerusform>
            <numerusform>about %Ln minutes left</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>about %Ln hour(s) left</source>
        <translation>
            <numerusform>about %Ln hour left</numerusform>
            <numerusform>about %Ln hours left</numerusform>
        </translation>
    </message>
</context>
</TS>
