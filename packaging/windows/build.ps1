# Muster for Windows 10 and 11 (x86-64): a folder with a Python of its own, and a zip of it.
#
#     powershell -ExecutionPolicy Bypass -File packaging\windows\build.ps1 [-Out dist]
#
# Needs Python 3.11 or newer from the store or the installer (py.exe) and a package index. Which one is asked is the
# machine's business (PIP_INDEX_URL, pip.ini). README.md beside this says what was checked and what was not.
param([string]$Out = "dist")
$ErrorActionPreference = "Stop"
$here = Split-Path -Parent $MyInvocation.MyCommand.Path
$repository = (Resolve-Path (Join-Path $here "..\..")).Path
Set-Location $repository

function Invoke-Checked([string]$program, [string[]]$arguments) {
    & $program @arguments
    if ($LASTEXITCODE -ne 0) { throw "$program ended with $LASTEXITCODE" }
}

$env:SOURCE_DATE_EPOCH = (git log -1 --format=%ct)
$env:PYTHONHASHSEED = "0" # PyInstaller's archives list names in the order of their hashes
# The tests' lock holds PyInstaller too; what is frozen is only what is imported.
Invoke-Checked "py" @("-3", "packaging\bootstrap.py", "setup", "test")
$python = Join-Path $repository ".venv\Scripts\python.exe"
Invoke-Checked $python @("packaging\pyinstaller\build.py", $Out)

$version = (& $python -c "import muster; print(muster.__version__)")
$zip = Join-Path $Out "muster-$version-win32-amd64.zip"
Compress-Archive -Path (Join-Path $Out "muster") -DestinationPath $zip -Force
Write-Output "$((Get-FileHash -Algorithm SHA256 $zip).Hash.ToLower())  $(Split-Path -Leaf $zip)"
