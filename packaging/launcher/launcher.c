/* Starts the program with the Python that lies beside it.
 *
 * Compiled twice: app\desktop-migrator.exe has windows and no console, app\bin\desktop-migrator.exe
 * is for the command line. Both run `python -m desktop_migrator` in this very process, from
 * app\runtime\python311.dll, whose python311._pth names all folders that modules come from:
 * neither the environment nor the registry nor the current folder adds any.
 */
#include <windows.h>
#include <stdlib.h>
#include <wchar.h>

typedef int (*py_main)(int, wchar_t **);

static int fail(const wchar_t *reason)
{
#ifdef CONSOLE
    DWORD written;
    WriteConsoleW(GetStdHandle(STD_ERROR_HANDLE), reason, lstrlenW(reason), &written, NULL);
#else
    MessageBoxW(NULL, reason, L"Desktop Migrator", MB_OK | MB_ICONERROR);
#endif
    return 1;
}

static void cut_last(wchar_t *path)
{
    wchar_t *slash = wcsrchr(path, L'\\');
    if (slash)
        *slash = 0;
}

int wmain(int argc, wchar_t **argv)
{
    static wchar_t app[32768], runtime[32768], library[32768];
    wchar_t **arguments = calloc(argc + 4, sizeof *arguments);
    py_main run;
    HMODULE python;
    int n = 0, i, worker = 0;

    if (!arguments || !GetModuleFileNameW(NULL, app, 32000))
        return fail(L"Desktop Migrator cannot find its own folder.\n");
    cut_last(app);
#ifdef CONSOLE
    cut_last(app);
#endif
    wcscpy(runtime, app);
    wcscat(runtime, L"\\runtime");
    wcscpy(library, runtime);
    wcscat(library, L"\\python311.dll");

    /* No library is ever looked for in the current folder or on PATH. */
    SetDefaultDllDirectories(LOAD_LIBRARY_SEARCH_DEFAULT_DIRS);
    AddDllDirectory(runtime);
    python = LoadLibraryExW(library, NULL, LOAD_WITH_ALTERED_SEARCH_PATH);
    run = python ? (py_main)(void *)GetProcAddress(python, "Py_Main") : NULL;
    if (!run)
        return fail(L"Parts of Desktop Migrator are missing. Please install it again.\n");

    /* The program's own loading processes are called as Python would be: -c ... */
    for (i = 1; i < argc; i++)
        worker |= !wcscmp(argv[i], L"--multiprocessing-fork");
    arguments[n++] = argv[0];
    if (!worker) {
        arguments[n++] = L"-m";
        arguments[n++] = L"desktop_migrator";
    }
    for (i = 1; i < argc; i++)
        arguments[n++] = argv[i];
    return run(n, arguments);
}
