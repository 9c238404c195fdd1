@echo off
chcp 65001 >nul
"%~dp0python\python.exe" -X utf8 "%~dp0menu.py"
pause
