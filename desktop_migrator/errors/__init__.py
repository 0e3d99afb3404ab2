"""Everything that can go wrong, as one tree of exceptions.

Each class has a stable code that a person can read to the support desk, a title, a sentence that
says what happened and a hint that says what to do. The sentences are templates over the facts
given to the constructor, so that the faces can translate them; a fact never holds a value from
user data or a secret.

Codes: DM-1nn browser storage, DM-2nn plans, DM-3nn the database, DM-4nn the vault, DM-5nn a run,
DM-6nn newer versions, DM-9nn wrong use. Where it says `transient`, trying again by itself can help.

From outside: this package alone, which has all of them.

    MigratorError  DM-000
      StorageError  DM-100
        SourceNotFound  DM-101
        StoreUnreadable  DM-102
        UnknownStorageFormat  DM-103
        SnapshotFailed  DM-104
        StoreUnwritable  DM-105
        BrowserRunning  DM-106
        StoreDamaged  DM-107
        ProfileBusy  DM-108
      PlanError  DM-200
        PlanDoesNotFit  DM-201
        OriginNotChosen  DM-202
        NothingToMigrate  DM-203
        OriginNotFound  DM-204
      DatabaseError  DM-300
        ConnectionFailed  DM-301  transient
        AuthenticationFailed  DM-302
        PermissionMissing  DM-303
        TableMissing  DM-304
        BadDatabaseUrl  DM-305
        BuiltinDatabaseFailed  DM-306
        UserNotFound  DM-307
        DatabaseInterrupted  DM-308  transient
        TlsFailed  DM-309
        ConnectionRefused  DM-310
        DatabaseBusy  DM-311  transient
        UserAmbiguous  DM-312
        DatabaseReadOnly  DM-313
        ElectricUnreachable  DM-314
        UnsupportedServer  DM-315
      VaultError  DM-400
        WrongKey  DM-401
        ContainerDamaged  DM-402
        UnknownVersion  DM-403
        NotAContainer  DM-404
        BadKey  DM-405
        KeyringUnusable  DM-410
        SecretTooLarge  DM-411
        ConnectionUnknown  DM-412
        KeyUnknown  DM-413
        PayloadUnreadable  DM-440
        FileUnreadable  DM-441
        SealedFileNotWritten  DM-442
        SealedFileNotVerified  DM-443
        BackupNotFound  DM-444
        KeyNotGiven  DM-445
        BackupNeeded  DM-446
        BackupDiffers  DM-447
        BadKit  DM-480
        KitChanged  DM-481
        KitCodeWrong  DM-482
        KitEnded  DM-483
      RunError  DM-500
        VerificationFailed  DM-501
        ItemsRejected  DM-502
        Cancelled  DM-503
        RejectedAfterCommit  DM-504
        Interrupted  DM-505
        CommitsLost  DM-506
        TooManyRejected  DM-507
        RejectedAndUndone  DM-508
        RunNotFound  DM-509
        AlreadyUndone  DM-510
        ConflictsUnresolved  DM-511
        TooManyConflicts  DM-512
        AccountingMismatch  DM-514
        RunLocked  DM-520
        LockLost  DM-521  transient
        TransactionPooling  DM-522
        WorkerLost  DM-530  transient
        ClusterUnusable  DM-531
        NotMigrated  DM-540
        CaptureOfAnother  DM-541
      DecisionsUnusable  DM-513
      UpdateError  DM-600
        UpdateUnreachable  DM-601  transient
        UpdateUntrusted  DM-602
        UpdateOutdated  DM-603
        UpdatesUnknown  DM-604
      UsageError  DM-900
        DataFolderUnusable  DM-901
        NoScreen  DM-902
        WindowLibraryMissing  DM-903
        SettingsUnusable  DM-904
      InternalError  DM-999
"""

from desktop_migrator.errors.base import ExitCode, MigratorError
from desktop_migrator.errors.database import (
    AuthenticationFailed,
    BadDatabaseUrl,
    BuiltinDatabaseFailed,
    ConnectionFailed,
    ConnectionRefused,
    DatabaseBusy,
    DatabaseError,
    DatabaseInterrupted,
    DatabaseReadOnly,
    ElectricUnreachable,
    PermissionMissing,
    TableMissing,
    TlsFailed,
    UnsupportedServer,
    UserAmbiguous,
    UserNotFound,
)
from desktop_migrator.errors.localized import LocalizedError, localize_error
from desktop_migrator.errors.plans import (
    NothingToMigrate,
    OriginNotChosen,
    OriginNotFound,
    PlanDoesNotFit,
    PlanError,
)
from desktop_migrator.errors.runs import (
    AccountingMismatch,
    AlreadyUndone,
    Cancelled,
    CaptureOfAnother,
    ClusterUnusable,
    CommitsLost,
    ConflictsUnresolved,
    DecisionsUnusable,
    Interrupted,
    ItemsRejected,
    LockLost,
    NotMigrated,
    RejectedAfterCommit,
    RejectedAndUndone,
    RunError,
    RunLocked,
    RunNotFound,
    TooManyConflicts,
    TooManyRejected,
    TransactionPooling,
    VerificationFailed,
    WorkerLost,
)
from desktop_migrator.errors.storage import (
    BrowserRunning,
    ProfileBusy,
    SnapshotFailed,
    SourceNotFound,
    StorageError,
    StoreDamaged,
    StoreUnreadable,
    StoreUnwritable,
    UnknownStorageFormat,
)
from desktop_migrator.errors.updates import (
    UpdateError,
    UpdateOutdated,
    UpdatesUnknown,
    UpdateUnreachable,
    UpdateUntrusted,
)
from desktop_migrator.errors.usage import (
    DataFolderUnusable,
    InternalError,
    NoScreen,
    SettingsUnusable,
    UsageError,
    WindowLibraryMissing,
)
from desktop_migrator.errors.vault import (
    BackupDiffers,
    BackupNeeded,
    BackupNotFound,
    BadKey,
    BadKit,
    ConnectionUnknown,
    ContainerDamaged,
    FileUnreadable,
    KeyNotGiven,
    KeyringUnusable,
    KeyUnknown,
    KitChanged,
    KitCodeWrong,
    KitEnded,
    NotAContainer,
    PayloadUnreadable,
    SealedFileNotVerified,
    SealedFileNotWritten,
    SecretTooLarge,
    UnknownVersion,
    VaultError,
    WrongKey,
)

__all__ = [
    "AccountingMismatch",
    "AlreadyUndone",
    "AuthenticationFailed",
    "BackupDiffers",
    "BackupNeeded",
    "BackupNotFound",
    "BadDatabaseUrl",
    "BadKey",
    "BadKit",
    "BrowserRunning",
    "BuiltinDatabaseFailed",
    "Cancelled",
    "CaptureOfAnother",
    "ClusterUnusable",
    "CommitsLost",
    "ConflictsUnresolved",
    "ConnectionFailed",
    "ConnectionRefused",
    "ConnectionUnknown",
    "ContainerDamaged",
    "DataFolderUnusable",
    "DatabaseBusy",
    "DatabaseError",
    "DatabaseInterrupted",
    "DatabaseReadOnly",
    "DecisionsUnusable",
    "ElectricUnreachable",
    "ExitCode",
    "FileUnreadable",
    "InternalError",
    "Interrupted",
    "ItemsRejected",
    "KeyNotGiven",
    "KeyUnknown",
    "KeyringUnusable",
    "KitChanged",
    "KitCodeWrong",
    "KitEnded",
    "LocalizedError",
    "LockLost",
    "MigratorError",
    "NoScreen",
    "NotAContainer",
    "NotMigrated",
    "NothingToMigrate",
    "OriginNotChosen",
    "OriginNotFound",
    "PayloadUnreadable",
    "PermissionMissing",
    "PlanDoesNotFit",
    "PlanError",
    "ProfileBusy",
    "RejectedAfterCommit",
    "RejectedAndUndone",
    "RunError",
    "RunLocked",
    "RunNotFound",
    "SealedFileNotVerified",
    "SealedFileNotWritten",
    "SecretTooLarge",
    "SettingsUnusable",
    "SnapshotFailed",
    "SourceNotFound",
    "StorageError",
    "StoreDamaged",
    "StoreUnreadable",
    "StoreUnwritable",
    "TableMissing",
    "TlsFailed",
    "TooManyConflicts",
    "TooManyRejected",
    "TransactionPooling",
    "UnknownStorageFormat",
    "UnknownVersion",
    "UnsupportedServer",
    "UpdateError",
    "UpdateOutdated",
    "UpdateUnreachable",
    "UpdateUntrusted",
    "UpdatesUnknown",
    "UsageError",
    "UserAmbiguous",
    "UserNotFound",
    "VaultError",
    "VerificationFailed",
    "WindowLibraryMissing",
    "WorkerLost",
    "WrongKey",
    "localize_error",
]
