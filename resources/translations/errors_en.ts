<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name>errors</name>
    <message>
        <source>Name a browser profile folder, a browser's user-data folder or one of its stores; `desktop-migrator scan` lists those it finds.</source>
        <translation>Choose the folder of a browser's profile, or one of the browsers that were found.</translation>
    </message>
    <message>
        <source>Mend the plan at the place named, or leave --plan away to use the built-in plan.</source>
        <translation>Ask whoever gave you the plan for a new one.</translation>
    </message>
    <message>
        <source>Say which one is meant: --origin ORIGIN.</source>
        <translation>Choose which one is meant.</translation>
    </message>
    <message>
        <source>See what there is with `desktop-migrator scan`; name the web site with --origin, or the folder with --source.</source>
        <translation>Choose another browser, or the folder where it keeps its data.</translation>
    </message>
    <message>
        <source>See which web sites there are with `desktop-migrator scan`.</source>
        <translation>Choose another browser or another web site.</translation>
    </message>
    <message>
        <source>Check host, port and network; `desktop-migrator test-connection` shows more.</source>
        <translation>Check the server's name, the port and your network; the connection test shows more.</translation>
    </message>
    <message>
        <source>Use --create-tables to have it made, leave these items out with --exclude, or name another table in the plan.</source>
        <translation>Have it made here, or leave these items out.</translation>
    </message>
    <message>
        <source>See {log}; or give the address of another PostgreSQL with --database.</source>
        <translation>See {log}, or use another database.</translation>
    </message>
    <message>
        <source>Check the spelling, or give the user's id with --user-id.</source>
        <translation>Check the spelling, or give the id that you have in the app.</translation>
    </message>
    <message>
        <source>Write it exactly as the app shows it, or give the user's id with --user-id.</source>
        <translation>Write it exactly as the app shows it, or give the id that you have in the app.</translation>
    </message>
    <message>
        <source>`desktop-migrator backup list` lists those there are.</source>
        <translation>Choose another one.</translation>
    </message>
    <message>
        <source>Run the command in a terminal and type it, or send it by --passphrase-stdin; a recovery key counts as a passphrase.</source>
        <translation>Type the passphrase, or the recovery key.</translation>
    </message>
    <message>
        <source>Delete it with --force if you are sure.</source>
        <translation>Keep it as long as you may want to undo.</translation>
    </message>
    <message>
        <source>Look at them with `desktop-migrator preview`; use --continue-on-error to migrate the rest.</source>
        <translation>Go back to the review to see which and why; the rest can go without them.</translation>
    </message>
    <message>
        <source>Use --continue-on-error to migrate the rest; what was written is not written again.</source>
        <translation>Start again to migrate the rest; what was written is not written again.</translation>
    </message>
    <message>
        <source>Run the same command again with --resume to go on.</source>
        <translation>You can go on later: the program offers it when it starts.</translation>
    </message>
    <message>
        <source>Run the same command again with --resume to go on. {remedy}</source>
        <translation>Press Go on to continue where it stopped. {remedy}</translation>
    </message>
    <message>
        <source>Look at them with `desktop-migrator preview`; --preserve-partial keeps what can go, --rollback-threshold allows more.</source>
        <translation>Go back to the review to see which and why.</translation>
    </message>
    <message>
        <source>Use --continue-on-error to migrate the rest, or --preserve-partial to keep what was written.</source>
        <translation>Go back to the review to see which and why.</translation>
    </message>
    <message>
        <source>`desktop-migrator status` lists the runs made from this computer.</source>
        <translation>Choose another one.</translation>
    </message>
    <message>
        <source>To have it again, undo that one: `desktop-migrator rollback --run {by}`.</source>
        <translation>To have it again, migrate again.</translation>
    </message>
    <message>
        <source>Run the same command in a terminal and answer; or fill in each `answer` (keep, replace or merge) in the file of --decisions and run it again; or choose another --conflict.</source>
        <translation>Go back and say for each what is to count.</translation>
    </message>
    <message>
        <source>Choose --conflict skip, overwrite or merge, or migrate one kind at a time.</source>
        <translation>Choose one rule for all of them.</translation>
    </message>
    <message>
        <source>Name another file with --decisions, or mend this one.</source>
        <translation>Go back and answer again.</translation>
    </message>
    <message>
        <source>Wait until it is done. If that program is gone or hangs: `desktop-migrator unlock` with the same --database and --user-id; --force if it refuses.</source>
        <translation>Wait until it is done, then try again. If that program is gone or hangs, call the support desk.</translation>
    </message>
    <message>
        <source>See `desktop-migrator --help`.</source>
        <translation>Go back and check what was entered.</translation>
    </message>
    <message>
        <source>Name a folder that you may write to: --data-dir FOLDER.</source>
        <translation>Choose a folder that you may write to.</translation>
    </message>
    <message>
        <source>Nothing that was finished is lost. Run the command again with --debug '*' and send what it prints to the support desk.</source>
        <translation>Nothing that was finished is lost. Save a support bundle and send it to the support desk.</translation>
    </message>
    <message>
        <source>Migrate it first. To clear it all the same, give --force; a backup is made before.</source>
        <translation>Migrate it first.</translation>
    </message>
    <message>
        <source>`desktop-migrator connection list` shows those there are; an address begins with postgresql://.</source>
        <translation>Choose one of those remembered, or give an address that begins with postgresql://.</translation>
    </message>
    <message>
        <source>`desktop-migrator keys list` shows those made here.</source>
        <translation>Choose one of those made here.</translation>
    </message>
</context>
<context>
    <name>sentences</name>
    <message>
        <source>A key for sensitive fields was made and is in the keyring as {0}. The server needs it to read them: `desktop-migrator keys export {1} --field --out FILE`.</source>
        <translation>A key for sensitive fields was made and is in the keyring as {0}. The server needs it to read them: ask the support desk how it gets there.</translation>
    </message>
    <message>
        <source>Use --create-tables to have it made, or name another in the plan.</source>
        <translation>Tick “Make tables that are missing” if the database is new, or ask the support desk for the table's name.</translation>
    </message>
    <message>
        <source>This is not the database that the backup was made for; name the one that is meant with --database.</source>
        <translation>This is not the database that the backup was made for.</translation>
    </message>
    <message>
        <source>Indexes of {0} that a run left away wait to be made again by `repair`: {1}</source>
        <translation>Indexes of {0} that a run left away wait for the support desk to make them again: {1}</translation>
    </message>
    <message>
        <source>Add ?sslmode=verify-full to the address.</source>
        <translation>Add ?sslmode=verify-full to the address, or choose the checked server under Security.</translation>
    </message>
    <message>
        <source>Use sslmode=verify-full in the address.</source>
        <translation>Write sslmode=verify-full into the address, or choose the checked server under Security.</translation>
    </message>
</context>
</TS>
