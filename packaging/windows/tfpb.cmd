@echo off
rem The command line; a double click shows its help. No right is asked.
setlocal
chcp 65001 >nul 2>&1
"%~dp0python\python.exe" -X utf8 -m tfpb %*
set code=%errorlevel%
if "%~1"=="" pause
exit /b %code%
