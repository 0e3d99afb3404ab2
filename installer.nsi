; The Windows installer: for one person, without administrator rights.
;
;   makensis -WX -DPAYLOAD=<folder> -DVERSION=1.2.3 -DOUTFILE=<desktop-migrator-1.2.3.exe> installer.nsi
;
; PAYLOAD holds the program as it is to lie under app\: runtime, wheels and desktop-migrator.exe.
; All of it goes into $INSTDIR\app, which belongs to the installer alone: an upgrade and the
; uninstaller remove that folder whole, and never anything beside it. What people keep (backups,
; catalog) lies elsewhere, in their data folder, and stays.

Target amd64-unicode
Unicode true
SetCompressor /SOLID lzma
ManifestDPIAware true
ManifestLongPathAware true
ManifestSupportedOS Win10
RequestExecutionLevel user

!include "MUI2.nsh"
!include "FileFunc.nsh"
!include "WinVer.nsh"
!include "x64.nsh"

!ifndef PAYLOAD | VERSION | OUTFILE
  !error "Name PAYLOAD, VERSION and OUTFILE with -D."
!endif
!define NAME "Desktop Migrator"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\DesktopMigrator"

Name "${NAME}"
OutFile "${OUTFILE}"
InstallDir "$LOCALAPPDATA\Programs\Desktop Migrator"
InstallDirRegKey HKCU "${UNINSTALL_KEY}" "InstallLocation"

!insertmacro MUI_PAGE_WELCOME
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "English"
!insertmacro MUI_LANGUAGE "German"

LangString OldWindows ${LANG_ENGLISH} "Desktop Migrator needs 64-bit Windows 10 or newer."
LangString OldWindows ${LANG_GERMAN} "Desktop Migrator braucht Windows 10 (64 Bit) oder neuer."
LangString StillRunning ${LANG_ENGLISH} "Desktop Migrator is running. Close it and try again."
LangString StillRunning ${LANG_GERMAN} "Desktop Migrator läuft noch. Bitte schließen und erneut versuchen."

!macro RefuseWhileRunning
  ; A running program cannot be opened for appending.
  ${If} ${FileExists} "$INSTDIR\app\desktop-migrator.exe"
    ClearErrors
    FileOpen $0 "$INSTDIR\app\desktop-migrator.exe" a
    ${If} ${Errors}
      MessageBox MB_ICONSTOP "$(StillRunning)" /SD IDOK
      SetErrorLevel 2
      Abort
    ${EndIf}
    FileClose $0
  ${EndIf}
!macroend

Function .onInit
  ${IfNot} ${RunningX64}
  ${OrIfNot} ${AtLeastWin10}
    MessageBox MB_ICONSTOP "$(OldWindows)" /SD IDOK
    SetErrorLevel 1
    Quit
  ${EndIf}
FunctionEnd

Section
  !insertmacro RefuseWhileRunning
  RMDir /r "$INSTDIR\app"
  SetOutPath "$INSTDIR\app"
  File /r "${PAYLOAD}/*"
  SetOutPath "$INSTDIR"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateShortcut "$SMPROGRAMS\${NAME}.lnk" "$INSTDIR\app\desktop-migrator.exe"

  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${NAME}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\app\desktop-migrator.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
  ${GetSize} "$INSTDIR" "/S=0K" $0 $1 $2
  IntFmt $0 "0x%08X" $0
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "EstimatedSize" "$0"
SectionEnd

Section "Uninstall"
  !insertmacro RefuseWhileRunning
  RMDir /r "$INSTDIR\app"
  Delete "$INSTDIR\uninstall.exe"
  Delete "$SMPROGRAMS\${NAME}.lnk"
  RMDir "$INSTDIR"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
SectionEnd
