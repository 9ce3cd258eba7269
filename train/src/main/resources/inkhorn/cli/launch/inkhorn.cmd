@echo off
rem Starts Inkhorn with the JVM flags that java -jar train.jar would start a second JVM with.
rem
rem     inkhorn <what train.jar takes>
rem
rem JVM options come from INKHORN_JAVA_OPTS; Java is JAVA_HOME's, or the first in the PATH.
rem The build made this file: docs/adr/008-starting-java.md.
setlocal EnableExtensions DisableDelayedExpansion

set "JAR=%~dp0train.jar"
if exist "%JAR%" goto jar
echo error: "%JAR%": no such file; build it with: mvn -q package -DskipTests 1>&2
exit /b 2

:jar
if not defined JAVA_HOME goto path
set "JAVA=%JAVA_HOME%\bin\java.exe"
if exist "%JAVA%" goto java
echo error: JAVA_HOME: found "%JAVA_HOME%", where there is no bin\java.exe; set it to a JDK, 17 or newer, or unset it 1>&2
exit /b 2

:path
set "JAVA="
for %%j in (java.exe) do set "JAVA=%%~$PATH:j"
if defined JAVA goto java
echo error: java: not found; install a JDK, 17 or newer, or set JAVA_HOME to one 1>&2
exit /b 2

:java
set "VERSION="
set "RUNTIME="
for %%j in ("%JAVA%") do set "RELEASE=%%~dpj..\release"
if not exist "%RELEASE%" goto options
for /f "usebackq tokens=1,2 delims==" %%a in ("%RELEASE%") do (
    if "%%a"=="JAVA_VERSION" set "VERSION=%%~b"
    if "%%a"=="JAVA_RUNTIME_VERSION" set "RUNTIME=%%~b"
)
for /f "tokens=1 delims=.+-_" %%v in ("%VERSION%") do set "MAJOR=%%v"
if not defined MAJOR goto options
if %MAJOR% geq 17 goto options
echo error: "%JAVA%": found Java %VERSION%, expected 17 or newer; set JAVA_HOME to a JDK 1>&2
exit /b 2

:options
set "INKHORN_CHOSEN=%INKHORN_JAVA_OPTS% %JAVA_TOOL_OPTIONS% %JDK_JAVA_OPTIONS% %_JAVA_OPTIONS%"
set "FEW_CORES="
if %NUMBER_OF_PROCESSORS% lss @MANY_CORES@ set "FEW_CORES=1"
set "FLAGS="
@FLAGS@
set "ARCHIVE=%~dp0train-%RUNTIME%.jsa"
if not exist "%ARCHIVE%" goto start
set INKHORN_CHOSEN | findstr @ARCHIVE_UNLESS@ >nul && goto start
"%JAVA%" -D@PARENT@ %FLAGS% %INKHORN_JAVA_OPTS% "-XX:SharedArchiveFile=%ARCHIVE%" @ARCHIVE_QUIET@ -cp "%JAR%" @MAIN@ %*
exit /b %ERRORLEVEL%

:start
"%JAVA%" -D@PARENT@ %FLAGS% %INKHORN_JAVA_OPTS% -cp "%JAR%" @MAIN@ %*
exit /b %ERRORLEVEL%
