package main

import (
	"compress/gzip"
	"errors"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write the golden parts of the scripts anew")

func TestMain(m *testing.M) {
	testscript.Main(cleaned{m}, map[string]func(){"otpdoctor": main})
}

// cleaned removes the program that the tests built when they are over.
type cleaned struct{ *testing.M }

func (c cleaned) Run() int {
	defer removeProgram()
	return c.M.Run()
}

// TestScripts drives the real program, one script a behaviour.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           filepath.Join("..", "..", "testdata", "script"),
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			logs, err := filepath.Abs(filepath.Join("..", "..", "testdata", "logs"))
			if err != nil {
				return err
			}
			home := filepath.Join(env.WorkDir, "home")
			env.Setenv("LOGS", logs)
			env.Setenv("HOME", home)
			env.Setenv("XDG_STATE_HOME", filepath.Join(home, "state"))
			env.Setenv("XDG_CONFIG_HOME", filepath.Join(home, "config"))
			env.Setenv("LC_ALL", "C.UTF-8")
			env.Setenv("TZ", "UTC")
			return os.MkdirAll(home, 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){"gzip": gzipFile, "status": exitStatus},
	})
}

// gzipFile writes FILE.gz beside FILE; a second argument cuts it to so many bytes.
func gzipFile(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	f, err := os.Create(ts.MkAbs(args[0] + ".gz"))
	ts.Check(err)
	z := gzip.NewWriter(f)
	_, err = z.Write([]byte(text))
	ts.Check(err)
	ts.Check(z.Close())
	if len(args) > 1 {
		info, err := f.Stat()
		ts.Check(err)
		ts.Check(f.Truncate(info.Size() / 2))
	}
	ts.Check(f.Close())
}

// exitStatus runs a command and wants the exit status given: status N COMMAND ARG...
func exitStatus(ts *testscript.TestScript, neg bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var exit *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &exit):
		got = exit.ExitCode()
	case err != nil:
		ts.Fatalf("%v", err)
	}
	if (got == want) == neg {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}
