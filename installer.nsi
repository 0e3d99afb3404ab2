; The Windows installer: for one person, without administrator rights.
;
; makensis -WX -INPUTCHARSET UTF8 -DAPP=<folder> -DDATABASE=<folder> -DBANNER=<file.bmp> -DVERSION=1.2.3
;   -DOUTFILE=<desktop-migrator-1.2.3-setup.exe> [-DKIT=<file.dmkit>] [-DSIGN=<command>] installer.nsi
;
; APP holds the program as it is to lie under app\, DATABASE what comes over it for the built-in
; PostgreSQL. app\ belongs to the installer alone: an upgrade and the uninstaller remove that folder
; whole, and never anything beside it. What people keep (backups, catalog) lies elsewhere, in their
; data folder, and stays unless they tick it away.
;
; Exit codes: 0 done, 1 this Windows is too old, 2 not done (running, or the folder is another's).
; Silent: /S, with /D=<folder> as the last word; /NODATABASE and /DESKTOPSHORTCUT.

Target amd64-unicode
Unicode true
SetCompressor /SOLID lzma
SetCompressorDictSize 32
SetDateSave off ; files have the time of their installation, so that the same files give the same bytes
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS Win10
RequestExecutionLevel user

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "WinVer.nsh"
!include "x64.nsh"

!ifndef APP | DATABASE | BANNER | VERSION | OUTFILE
  !error "Name APP, DATABASE, BANNER, VERSION and OUTFILE with -D."
!endif
!define NAME "Desktop Migrator"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\DesktopMigrator"
!define UNINSTALLER "$INSTDIR\Uninstall ${NAME}.exe"
!define PROGRAM "$INSTDIR\app\desktop-migrator.exe"
!define KIT_FILE "$INSTDIR\kit.dmkit"
!define DATA_FOLDER "$LOCALAPPDATA\desktop-migrator"
!define FIRST_BUILD 18362 ; Windows 10 1903: what Qt needs

Name "${NAME}"
OutFile "${OUTFILE}"
BrandingText "${NAME} ${VERSION}"
InstallDir "$LOCALAPPDATA\Programs\${NAME}"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"
ShowInstDetails nevershow
ShowUninstDetails nevershow

VIProductVersion "${VERSION}.0"
VIAddVersionKey "ProductName" "${NAME}"
VIAddVersionKey "ProductVersion" "${VERSION}"
VIAddVersionKey "FileDescription" "${NAME}"
VIAddVersionKey "FileVersion" "${VERSION}"
VIAddVersionKey "LegalCopyright" "MIT License"

!ifdef SIGN
  !uninstfinalize '${SIGN} "%1"' = 0
  !finalize '${SIGN} "%1"' = 0
!endif

!define MUI_ICON "${APP}/icons/desktop-migrator.ico"
!define MUI_UNICON "${APP}/icons/desktop-migrator.ico"
!define MUI_WELCOMEFINISHPAGE_BITMAP "${BANNER}"
!define MUI_UNWELCOMEFINISHPAGE_BITMAP "${BANNER}"
!define MUI_WELCOMEPAGE_TEXT "$(Welcome)"
!define MUI_ABORTWARNING
!define MUI_LANGDLL_REGISTRY_ROOT HKCU
!define MUI_LANGDLL_REGISTRY_KEY "${UNINSTALL_KEY}"
!define MUI_LANGDLL_REGISTRY_VALUENAME "InstallerLanguage"
!define MUI_FINISHPAGE_RUN
!define MUI_FINISHPAGE_RUN_FUNCTION OpenWizard

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_LICENSE "LICENSE"
!insertmacro MUI_PAGE_COMPONENTS
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_COMPONENTS
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_UNPAGE_FINISH
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"
!insertmacro MUI_RESERVEFILE_LANGDLL

LangString Welcome ${LANG_ENGLISH} "${NAME} moves what an app kept in your browser into the app's new home.$\r$\n$\r$\nIt is installed for you alone and needs no administrator rights. Your browsers stay as they are, and you can remove it at any time.$\r$\n$\r$\n$_CLICK"
LangString Welcome ${LANG_GERMAN} "${NAME} bringt, was eine App in Ihrem Browser aufbewahrt hat, in das neue Zuhause der App.$\r$\n$\r$\nDas Programm wird nur für Sie installiert und braucht keine Administratorrechte. Ihre Browser bleiben, wie sie sind, und Sie können es jederzeit wieder entfernen.$\r$\n$\r$\n$_CLICK"
LangString OldWindows ${LANG_ENGLISH} "${NAME} needs 64-bit Windows 10, version 1903, or newer."
LangString OldWindows ${LANG_GERMAN} "${NAME} braucht Windows 10 (64 Bit), Version 1903, oder neuer."
LangString StillRunning ${LANG_ENGLISH} "${NAME} is running. Close it and try again."
LangString StillRunning ${LANG_GERMAN} "${NAME} läuft noch. Bitte schließen und erneut versuchen."
LangString OthersFolder ${LANG_ENGLISH} "The folder $INSTDIR holds an app folder of another program. Choose another folder."
LangString OthersFolder ${LANG_GERMAN} "Im Ordner $INSTDIR liegt ein Ordner app eines anderen Programms. Bitte einen anderen Ordner wählen."
LangString Database ${LANG_ENGLISH} "Built-in database"
LangString Database ${LANG_GERMAN} "Eingebaute Datenbank"
LangString DatabaseLine ${LANG_ENGLISH} "A PostgreSQL on this computer, for the demonstration and for who has no other."
LangString DatabaseLine ${LANG_GERMAN} "Ein PostgreSQL auf diesem Computer, für die Vorführung und wenn es kein anderes gibt."
LangString Shortcut ${LANG_ENGLISH} "Desktop shortcut"
LangString Shortcut ${LANG_GERMAN} "Desktop-Verknüpfung"
LangString ShortcutLine ${LANG_ENGLISH} "Besides the entry in the start menu."
LangString ShortcutLine ${LANG_GERMAN} "Außer dem Eintrag im Startmenü."
LangString ProgramLine ${LANG_ENGLISH} "The program itself."
LangString ProgramLine ${LANG_GERMAN} "Das Programm selbst."
LangString OwnData ${LANG_ENGLISH} "My backups and settings"
LangString OwnData ${LANG_GERMAN} "Meine Sicherungen und Einstellungen"
LangString OwnDataLine ${LANG_ENGLISH} "Also remove the backups, the history and the built-in database's data of this computer. They cannot be had back."
LangString OwnDataLine ${LANG_GERMAN} "Auch die Sicherungen, den Verlauf und die Daten der eingebauten Datenbank von diesem Computer entfernen. Sie sind dann verloren."
LangString Kit ${LANG_ENGLISH} "Kit of ${NAME}"
LangString Kit ${LANG_GERMAN} "Paket für ${NAME}"
LangString Capture ${LANG_ENGLISH} "Saved data of ${NAME}"
LangString Capture ${LANG_GERMAN} "Gespeicherte Daten von ${NAME}"

!macro RefuseWhileRunning
  ; A running program cannot be opened for appending.
  !insertmacro RefuseIfOpen "${PROGRAM}"
  !insertmacro RefuseIfOpen "$INSTDIR\app\bin\desktop-migrator.exe"
!macroend

!macro RefuseIfOpen FILE
  ${DoWhile} ${FileExists} "${FILE}"
    ClearErrors
    FileOpen $0 "${FILE}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${ExitDo}
    ${EndIf}
    ${If} ${Cmd} `MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "$(StillRunning)" /SD IDCANCEL IDCANCEL`
      SetErrorLevel 2
      Abort
    ${EndIf}
  ${Loop}
!macroend

!macro Associate SUFFIX CLASS TEXT ICON
  WriteRegStr HKCU "Software\Classes\${CLASS}" "" "${TEXT}"
  WriteRegStr HKCU "Software\Classes\${CLASS}\DefaultIcon" "" "$INSTDIR\app\icons\${ICON}.ico"
  WriteRegStr HKCU "Software\Classes\${CLASS}\shell\open\command" "" '"${PROGRAM}" wizard "%1"'
  WriteRegStr HKCU "Software\Classes\${SUFFIX}" "" "${CLASS}"
  WriteRegStr HKCU "Software\Classes\${SUFFIX}\OpenWithProgids" "${CLASS}" ""
!macroend

; Only what is still ours: another program may have taken the files over since.
!macro Dissociate SUFFIX CLASS
  ReadRegStr $0 HKCU "Software\Classes\${SUFFIX}" ""
  ${If} $0 == "${CLASS}"
    DeleteRegValue HKCU "Software\Classes\${SUFFIX}" ""
  ${EndIf}
  DeleteRegValue HKCU "Software\Classes\${SUFFIX}\OpenWithProgids" "${CLASS}"
  DeleteRegKey /ifempty HKCU "Software\Classes\${SUFFIX}\OpenWithProgids"
  DeleteRegKey /ifempty HKCU "Software\Classes\${SUFFIX}"
  DeleteRegKey HKCU "Software\Classes\${CLASS}"
!macroend

Section "${NAME}" PROGRAM_SECTION
  SectionIn RO
  ${If} ${FileExists} "$INSTDIR\app\*.*"
  ${AndIfNot} ${FileExists} "${UNINSTALLER}"
    MessageBox MB_ICONSTOP "$(OthersFolder)" /SD IDOK
    SetErrorLevel 2
    Abort
  ${EndIf}
  !insertmacro RefuseWhileRunning

  ; First of all, so that an installation that is cut off can be removed or begun anew.
  SetOutPath "$INSTDIR"
  WriteUninstaller "${UNINSTALLER}"
  RMDir /r "$INSTDIR\app"
  SetOutPath "$INSTDIR\app"
  File /r "${APP}/*"
  SetOutPath "$INSTDIR"
!ifdef KIT
  File "/oname=${KIT_FILE}" "${KIT}"
!else
  FindFirst $0 $1 "$EXEDIR\*.dmkit"
  ${If} $1 != ""
    CopyFiles /SILENT "$EXEDIR\$1" "${KIT_FILE}"
  ${EndIf}
  FindClose $0
!endif
  Call MakeStartMenuEntry

  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "${PROGRAM}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"${UNINSTALLER}"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"${UNINSTALLER}" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1

  !insertmacro Associate ".dmkit" "DesktopMigrator.Kit" "$(Kit)" "kit"
  !insertmacro Associate ".dmcapture" "DesktopMigrator.Capture" "$(Capture)" "capture"
  ${RefreshShellIcons}
SectionEnd

Section "$(Database)" DATABASE_SECTION
  SetOutPath "$INSTDIR\app"
  File /r "${DATABASE}/*"
SectionEnd

Section /o "$(Shortcut)" SHORTCUT_SECTION
  SetOutPath "$INSTDIR"
  CreateShortcut "$DESKTOP\${NAME}.lnk" "${PROGRAM}" "$9"
SectionEnd

Section "-size"
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" "$0"
SectionEnd

; $9: what the program is started with from now on.
Function MakeStartMenuEntry
  StrCpy $9 ""
  ${If} ${FileExists} "${KIT_FILE}"
    StrCpy $9 'wizard "${KIT_FILE}"'
  ${EndIf}
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "${PROGRAM}" "$9"
FunctionEnd

Function OpenWizard
  Exec '"${PROGRAM}" $9'
FunctionEnd

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
  ${OrIfNot} ${AtLeastBuild} ${FIRST_BUILD}
    MessageBox MB_ICONSTOP "$(OldWindows)" /SD IDOK
    SetErrorLevel 1
    Quit
  ${EndIf}
  !insertmacro MUI_LANGDLL_DISPLAY
  ${GetParameters} $0
  ClearErrors
  ${GetOptions} $0 "/NODATABASE" $1
  ${IfNot} ${Errors}
    !insertmacro UnselectSection ${DATABASE_SECTION}
  ${EndIf}
  ClearErrors
  ${GetOptions} $0 "/DESKTOPSHORTCUT" $1
  ${IfNot} ${Errors}
    !insertmacro SelectSection ${SHORTCUT_SECTION}
  ${EndIf}
FunctionEnd

!insertmacro MUI_FUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${PROGRAM_SECTION} "$(ProgramLine)"
  !insertmacro MUI_DESCRIPTION_TEXT ${DATABASE_SECTION} "$(DatabaseLine)"
  !insertmacro MUI_DESCRIPTION_TEXT ${SHORTCUT_SECTION} "$(ShortcutLine)"
!insertmacro MUI_FUNCTION_DESCRIPTION_END

Function un.onInit
  !insertmacro MUI_UNGETLANGUAGE
FunctionEnd

Section "un.${NAME}" UN_PROGRAM_SECTION
  SectionIn RO
  !insertmacro RefuseWhileRunning
  RMDir /r "$INSTDIR\app"
  Delete "${KIT_FILE}"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  Delete "$DESKTOP\${NAME}.lnk"
  Delete "${UNINSTALLER}"
  RMDir "$INSTDIR"
  !insertmacro Dissociate ".dmkit" "DesktopMigrator.Kit"
  !insertmacro Dissociate ".dmcapture" "DesktopMigrator.Capture"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  ${RefreshShellIcons}
SectionEnd

Section /o "un.$(OwnData)" UN_DATA_SECTION
  RMDir /r "${DATA_FOLDER}"
SectionEnd

!insertmacro MUI_UNFUNCTION_DESCRIPTION_BEGIN
  !insertmacro MUI_DESCRIPTION_TEXT ${UN_PROGRAM_SECTION} "$(ProgramLine)"
  !insertmacro MUI_DESCRIPTION_TEXT ${UN_DATA_SECTION} "$(OwnDataLine)"
!insertmacro MUI_UNFUNCTION_DESCRIPTION_END
