#!/bin/sh
# Starts Inkhorn with the JVM flags that `java -jar train.jar` would start a second JVM with, and becomes that JVM.
#
#     inkhorn [-J<JVM option>]... <what train.jar takes>
#
# JVM options also come from INKHORN_JAVA_OPTS (split at blanks); Java is JAVA_HOME's, or the first in the PATH.
# The build made this file: docs/adr/008-starting-java.md.
set -f
newline='
'

fail() {
    echo "error: $1" >&2
    exit 2
}

follow() { # path: into $file, behind symbolic links
    file=$1
    while [ -h "$file" ]; do
        link=$(readlink "$file") || fail "$file: a symbolic link that cannot be read"
        case $link in
            /*) file=$link ;;
            *) file=${file%/*}/$link ;;
        esac
    done
}

case $0 in
    */*) follow "$0" ;;
    *) follow "./$0" ;;
esac
here=$(CDPATH='' cd -- "${file%/*}" && pwd -P) || fail "${file%/*}: cannot be entered"
jar=$here/train.jar
[ -r "$jar" ] || fail "$jar: no such file; build it with: mvn -q package -DskipTests"

if [ -n "${JAVA_HOME:-}" ]; then
    java=$JAVA_HOME/bin/java
    [ -x "$java" ] || fail "JAVA_HOME: found $JAVA_HOME, where there is no bin/java; set it to a JDK, 17 or newer, or unset it"
else
    java=$(command -v java) || fail "java: not found; install a JDK, 17 or newer, or set JAVA_HOME to one"
fi
follow "$java"
home=${file%/bin/java}
version=
runtime=
if [ -r "$home/release" ]; then
    while IFS='=' read -r key value; do
        value=${value#\"}
        case $key in
            JAVA_VERSION) version=${value%\"*} ;;
            JAVA_RUNTIME_VERSION) runtime=${value%\"*} ;;
        esac
    done <"$home/release"
fi
if [ -z "$version" ]; then
    properties=$("$java" -XshowSettings:properties -version 2>&1) || fail "$java: does not start; install a JDK, 17 or newer"
    version=$(printf '%s\n' "$properties" | sed -n 's/^ *java\.version = //p')
    runtime=$(printf '%s\n' "$properties" | sed -n 's/^ *java\.vm\.version = //p')
fi
major=${version%%[!0-9]*}
[ "${major:-0}" -ge 17 ] || fail "$java: found Java ${version:-of no known version}, expected 17 or newer; set JAVA_HOME to a JDK"

# As the relaunch does for a locale whose charset is ASCII.
case ${LC_ALL:-${LC_CTYPE:-${LANG:-C}}} in
    C | POSIX)
        LC_ALL=C.UTF-8
        export LC_ALL
        ;;
esac

options=
for word in ${INKHORN_JAVA_OPTS:-}; do
    options=$options$newline$word
done
while [ $# -gt 0 ]; do
    case $1 in
        -J?*) options=$options$newline${1#-J} ;;
        *) break ;;
    esac
    shift
done
chosen=$options
for word in ${JAVA_TOOL_OPTIONS:-} ${JDK_JAVA_OPTIONS:-} ${_JAVA_OPTIONS:-}; do
    chosen=$chosen$newline$word
done

limit() { # quota and period of a control group: no more cores than these allow
    case ${1:-max}${2:-max} in
        *[!0-9]*) return ;;
    esac
    limited=$((($1 + $2 - 1) / $2))
    [ "$limited" -ge "$cores" ] || cores=$limited
}

cores=$(unset OMP_NUM_THREADS OMP_THREAD_LIMIT; nproc 2>/dev/null || getconf _NPROCESSORS_ONLN 2>/dev/null) || cores=@MANY_CORES@
group=
if [ -r /proc/self/cgroup ]; then
    while IFS=: read -r number _ path; do
        [ "$number" != 0 ] || group=$path
    done </proc/self/cgroup
fi
for file in "/sys/fs/cgroup$group/cpu.max" /sys/fs/cgroup/cpu.max; do
    if [ -r "$file" ] && read -r quota period <"$file"; then
        limit "$quota" "$period"
    fi
done
if [ -r /sys/fs/cgroup/cpu/cpu.cfs_quota_us ]; then
    read -r quota </sys/fs/cgroup/cpu/cpu.cfs_quota_us
    read -r period </sys/fs/cgroup/cpu/cpu.cfs_period_us
    limit "$quota" "$period"
fi

huge=
if [ -r /sys/kernel/mm/transparent_hugepage/enabled ]; then
    read -r huge </sys/kernel/mm/transparent_hugepage/enabled
fi

IFS=$newline
for word in $chosen; do
    case $word in
        -XX:ActiveProcessorCount=*) cores=${word#*=} ;;
    esac
done

# Of a launcher of MPI: the program divides the machine among its processes, and becomes the second JVM by itself.
if [ -n "${OMPI_COMM_WORLD_SIZE:-}${PMI_SIZE:-}${PMI_RANK:-}${PMIX_RANK:-}" ]; then
    # shellcheck disable=SC2086 # one option a line
    exec "$java" $options -jar "$jar" "$@"
fi

is_chosen() { # patterns: whether one of the user's options fits one
    for pattern in "$@"; do
        for word in $chosen; do
            # shellcheck disable=SC2254 # patterns they are
            case $word in
                $pattern) return 0 ;;
            esac
        done
    done
    return 1
}

flags=
flag() { # option, what the machine must be like, patterns of what the user may have chosen instead
    option=$1
    case $2 in
        FEW_CORES) [ "$cores" -lt @MANY_CORES@ ] || return 0 ;;
        HUGE_PAGES)
            case $huge in
                '' | *'[never]'*) return 0 ;;
            esac
            ;;
    esac
    shift 2
    is_chosen "$@" || flags=$flags$newline$option
}

@FLAGS@
archive=$here/train-$runtime.jsa
if [ -f "$archive" ] && ! is_chosen @ARCHIVE_UNLESS@; then
    options=$options$newline-XX:SharedArchiveFile=$archive$newline@ARCHIVE_QUIET@
fi

exec "$java" -D@PARENT@ $flags $options -cp "$jar" @MAIN@ "$@"
