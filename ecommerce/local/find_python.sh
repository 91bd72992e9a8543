# Sourced by bin/up and bin/test: sets $python to a Python 3.11 to 3.13, or says what is missing and exits.
# Each candidate is run, since a version manager may leave a name on the PATH that starts nothing.
python=
for candidate in python3 python3.13 python3.12 python3.11 python; do
    if "$candidate" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    found=$(python3 -c 'import platform; print("Python " + platform.python_version())' 2>/dev/null || echo "no Python 3")
    echo "${0##*/}: Python 3.11, 3.12 or 3.13 is needed and this machine has $found: install one, for example with: apt install python3 python3-venv" >&2
    exit 1
fi
