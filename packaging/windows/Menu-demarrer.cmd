@echo off
rem A double click: in the Start menu, or out of it. No right is asked.
setlocal
chcp 65001 >nul 2>&1
"%~dp0python\python.exe" -X utf8 "%~dp0menu.py"
set code=%errorlevel%
pause
exit /b %code%
