# Real servers for the tests and the benchmarks, for bash scripts that `source` this file.
#
# The shell owns the servers, not the test binaries: a test binary that is killed or that panics
# cannot clean up, a shell with a trap can. Nothing is skipped in silence: what cannot be had ends
# the script with a message that says what to do.
#
# The caller sets `me` (its name in messages) and `root` (the repository).

secantus_python=0.7.0b3
secantus_rust=0.5.3-beta.193
tools=$root/.tools
pids=()
work=

say() { printf '%s: %s\n' "$me" "$*"; }

die() {
  printf '%s: %s\n' "$me" "$*" >&2
  exit 1
}

# Ends every server and removes its data. The data is temporary, so nobody has to be asked twice.
clean_up() {
  local status=$? pid
  trap '' INT TERM HUP
  for pid in "${pids[@]}"; do kill -KILL "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  [ -z "$work" ] || rm -rf "$work"
  exit "$status"
}

# Makes the temporary folder and promises to leave nothing behind.
begin() {
  trap clean_up EXIT
  trap 'exit 129' HUP
  trap 'exit 130' INT
  trap 'exit 143' TERM
  work=$(mktemp -d "${TMPDIR:-/tmp}/dualscope-test.XXXXXX")
  mkdir -p "$tools"
  # If this shell is killed outright, its servers go with it (where the kernel can do that).
  leash=()
  if setpriv --pdeathsig KILL true 2>/dev/null; then leash=(setpriv --pdeathsig KILL); fi
}

# with_lock COMMAND: two runs in one clone install one after the other.
with_lock() {
  if command -v flock >/dev/null; then
    exec 9>"$tools/lock"
    flock 9
    "$@"
    exec 9>&-
  else
    "$@"
  fi
}

need_python() {
  command -v python3 >/dev/null && return
  die "python3 is needed to start a MongoDB server for the tests. Install it
    (Debian: apt-get install python3 python3-venv), or name servers of your own:
    DUALSCOPE_TEST_MONGO_URI, _AUTH_URI, _READER_URI and _TLS_URI."
}

# A virtual environment is the clean way; Debian splits it off, so pip and uv are tried as well.
install_secantus_python() {
  local home=$tools/secantus-python-$secantus_python wanted=SecantusDB==$secantus_python
  [ -e "$home/installed" ] && return
  need_python
  say "installing $wanted into .tools (once)"
  rm -rf "$home"
  mkdir -p "$home"
  local quiet=(--quiet --disable-pip-version-check --no-input)
  if python3 -m venv "$home/venv" >"$home/log" 2>&1; then
    "$home/venv/bin/python" -m pip install "${quiet[@]}" "$wanted" >>"$home/log" 2>&1
  elif rm -rf "$home/venv" && python3 -m pip --version >>"$home/log" 2>&1; then
    python3 -m pip install "${quiet[@]}" --target "$home/site" "$wanted" >>"$home/log" 2>&1
  elif command -v uv >/dev/null; then
    uv pip install --quiet --target "$home/site" "$wanted" >>"$home/log" 2>&1
  else
    tail -n 5 "$home/log" >&2
    die "python3 has neither venv nor pip (Debian: apt-get install python3-venv), and there is
    no uv. Or put a mongod on PATH, or set DUALSCOPE_TEST_MONGO_URI."
  fi || {
    tail -n 15 "$home/log" >&2
    die "could not install $wanted; the whole log is $home/log. Is the package registry reachable?
    Or put a mongod on PATH, or set DUALSCOPE_TEST_MONGO_URI."
  }
  touch "$home/installed"
}

# The faster Rust build: minutes of compiling, so for benchmarks only.
install_secantus_rust() {
  local home=$tools/secantus-rust-$secantus_rust
  [ -e "$home/installed" ] && return
  command -v cmake >/dev/null || die "cmake and a C compiler are needed to build secantus-mdb"
  say "building secantus-mdb $secantus_rust into .tools (once, some minutes)"
  # it declares a newer compiler than it needs
  cargo install --quiet --ignore-rust-version --locked --version "$secantus_rust" --root "$home" \
    secantus-mdb || die "could not build secantus-mdb $secantus_rust"
  touch "$home/installed"
}

free_port() {
  need_python
  python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

# launch NAME PATTERN COMMAND...: starts a server, waits for the line that says it listens and
# leaves its pid in `pid` and that line in `listening`.
launch() {
  local name=$1 pattern=$2 log=$work/$1.log
  shift 2
  "${leash[@]}" "$@" </dev/null >"$log" 2>&1 9>&- &
  pid=$!
  pids+=("$pid")
  local tries=0
  until listening=$(grep -m 1 -E "$pattern" "$log"); do
    tries=$((tries + 1))
    if [ "$tries" -gt 600 ] || ! kill -0 "$pid" 2>/dev/null; then
      tail -n 20 "$log" >&2
      die "the MongoDB server '$name' did not start (its last lines are above)"
    fi
    sleep 0.1
  done
}

# start_mongo NAME [auth] [tls]: a server of its own on a free port; leaves `host:port` in
# `address`. Its data is kept under NAME, so that a second start with `auth` knows the users.
#
# The certificate (`certificates` names its folder) is for localhost and 127.0.0.1, lasts until 2120
# and was made for these tests alone; its key is no secret, and that of its authority is gone.
start_mongo() {
  local name=$1 data=$work/$1 flags=() feature port
  shift
  mkdir -p "$data"
  case $kind in
    mongod)
      for feature in "$@"; do
        case $feature in
          auth) flags+=(--auth) ;;
          tls)
            cat "$certificates/server.pem" "$certificates/server.key" >"$work/both.pem"
            flags+=(--tlsMode requireTLS --tlsCertificateKeyFile "$work/both.pem"
              --tlsCAFile "$certificates/ca.pem" --tlsAllowConnectionsWithoutCertificates)
            ;;
        esac
      done
      port=$(free_port)
      launch "$name" 'Waiting for connections' mongod --dbpath "$data" --port "$port" \
        --bind_ip 127.0.0.1 --nounixsocket --setParameter enableTestCommands=1 "${flags[@]}"
      address=127.0.0.1:$port
      ;;
    secantus)
      for feature in "$@"; do
        case $feature in
          auth) flags+=(--auth) ;;
          tls) flags+=(--tls-cert-file "$certificates/server.pem"
            --tls-key-file "$certificates/server.key") ;;
        esac
      done
      local home=$tools/secantus-python-$secantus_python command
      if [ -e "$home/venv" ]; then
        command=("$home/venv/bin/python" "$home/venv/bin/secantusd-py")
      else
        command=(env "PYTHONPATH=$home/site" python3 "$home/site/bin/secantusd-py")
      fi
      launch "$name" 'listening on ' "${command[@]}" --port 0 --storage-path "$data" \
        --standalone --enable-test-commands "${flags[@]}"
      address=${listening##*listening on }
      ;;
    secantus-rust)
      launch "$name" 'listening on ' "$tools/secantus-rust-$secantus_rust/bin/secantusd-rs" \
        --port 0 --storage-path "$data" --standalone --log-file-max 4MB --cache-size 256M \
        --sync-on-commit
      address=${listening##*listening on }
      ;;
  esac
}

# Stops the server started last, in order, so that its data is on disk.
stop_mongo() {
  kill -TERM "$pid"
  wait "$pid" 2>/dev/null || true
  unset "pids[-1]"
}
