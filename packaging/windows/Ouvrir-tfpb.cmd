@echo off
rem Double click: the local page, in the browser. No window stays, no right is asked.
start "" "%~dp0python\pythonw.exe" -X utf8 -m tfpb ouvrir %*
