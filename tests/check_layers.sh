#!/bin/bash
# Holds every #include of src/ against src/LAYERS and names each that breaks
# it. The public headers include nothing of src/.
set -u
top=${TOP_SRCDIR:-$(cd "$(dirname "$0")/.." && pwd)}
cd "$top" || exit 1

allowed() { # allowed ROOM: the rooms it may include
    sed -n "s/^$1: *//p" src/LAYERS
}

broken=0
checked=0
while IFS=: read -r file line; do
    room=${file#src/}
    room=${room%%/*}
    target=$(printf '%s' "$line" | sed -n 's/.*#include "\([^"]*\)".*/\1/p')
    checked=$((checked + 1))
    case $room in
    *.c) continue ;; # pruned.c wires everything.
    esac
    case $target in
    prune/error.h | config.h) continue ;;
    prune/*)
        # Public headers and the room of that name share their first word.
        other=prune
        if [ -f "include/$target" ]; then
            case $room in api | cli) continue ;; esac
            other=include/prune
        fi ;;
    onnx/onnx.pb-c.h) other=onnx ;;
    */*) other=${target%%/*} ;;
    *) echo "# $file: #include \"$target\" names no room"; broken=1; continue ;;
    esac
    [ "$other" = "$room" ] && continue
    case " $(allowed "$room") " in
    *" $other "*) ;;
    *) echo "# $file: room $room may not include $other ($target)"
       broken=1 ;;
    esac
done < <(grep -rn --include='*.[ch]' --exclude='onnx.pb-c.*' '^ *#include "' src |
    sed 's/^\([^:]*\):[0-9]*:/\1:/')

if grep -rn '#include "' include/prune | grep -v '"prune/'; then broken=1; fi
if [ $broken = 0 ] && [ $checked -gt 10 ]; then
    echo "ok 1 - $checked includes keep to src/LAYERS"
else
    echo "not ok 1 - $checked includes keep to src/LAYERS"
fi
echo "1..1"
