#!/bin/sh
# Runs the wizard in a real terminal (tmux) and writes what stands on it: NAME.txt
# as text, NAME.svg with its colours. Needs tmux and Go; run it from anywhere.
# The log is the demo's made-up sample.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
socket=otpdoctor-screens-$$
trap 'tmux -L "$socket" kill-server 2>/dev/null; rm -rf "$work"' EXIT

(cd "$root" && go build -o "$work/otpdoctor" ./cmd/otpdoctor && go build -o "$work/svg" docs/screens/svg.go)
cp "$root/diagnostics/demo.csv.gz" "$work/march.csv.gz"

# open WIDTH HEIGHT: a new window with the wizard in it.
open() {
	tmux -L "$socket" kill-server 2>/dev/null || true
	tmux -L "$socket" -f /dev/null new-session -d -x "$1" -y "$2" -c "$work" \
		"env -u NO_COLOR -u TMUX LC_ALL=C.UTF-8 TERM=screen-256color XDG_STATE_HOME=$work/state ./otpdoctor wizard"
	wait_for "What does the caller say|left open"
}

screen() { tmux -L "$socket" capture-pane -p; }

# wait_for PATTERN: until it stands on the screen, half a minute at most.
wait_for() {
	for _ in $(seq 600); do
		if screen | grep -Eq "$1"; then return; fi
		sleep 0.05
	done
	echo "capture.sh: \"$1\" does not come; the screen has:" >&2
	screen >&2
	exit 1
}

keys() { for k; do tmux -L "$socket" send-keys "$k"; sleep 0.1; done; }
text() { tmux -L "$socket" send-keys -l "$1"; sleep 0.1; }

# shot NAME: the screen as it is.
shot() {
	sleep 0.2
	screen >"$here/$1.txt"
	tmux -L "$socket" capture-pane -p -e | "$work/svg" >"$here/$1.svg"
}

open 80 24
shot start
keys Enter
text +4407700900187
wait_for corrected
shot case
keys Enter
text Vodafone
keys Enter
text northfirm.example
keys Enter
text march.csv.gz
keys Enter
wait_for "messages,"
keys Enter
wait_for "Other texts and calls arrive"
shot checklist-question
keys y
wait_for "decided by the log"
shot checklist-decided
keys Enter y Enter n Enter
wait_for "send it"
shot outcome
keys 4
wait_for "Last 24 h"
shot carriers
keys Enter
shot carrier-hours
keys Tab
wait_for "3 minutes"
shot carrier-time
keys 5
wait_for "Do now"
shot findings
keys 6
wait_for "Read aloud"
shot ticket
keys n n y e r
wait_for "Checked"
shot export
keys Escape
sleep 0.6
keys f
wait_for "topic 1"
shot faq
keys Escape
sleep 0.6
keys 3 '?'
wait_for "Keys on this screen"
shot keys
keys Escape
sleep 0.6
tmux -L "$socket" resize-window -x 120 -y 40
keys 4
wait_for "Failed messages"
shot carriers-wide
keys 5
wait_for "Evidence"
shot findings-wide
tmux -L "$socket" resize-window -x 60 -y 15
keys 3
shot small
# The page of the first case shows them.
(cd "$root" && go test ./cmd/otpdoctor -run 'TestPages/first-case.md' -update >/dev/null)
echo "screens written to $here"
