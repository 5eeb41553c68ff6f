package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/mattn/go-isatty"
	"github.com/sirupsen/logrus"
	"github.com/spf13/cobra"

	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/wizard"
)

// app is one run of the program: its streams and the flags that every command has.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time

	color   string
	theme   string
	ascii   bool
	logFile string
	verbose int
	debug   bool

	loginInputs []deliverylog.Summary // what the login logs of this run came to

	log          *logrus.Logger
	logOutput    io.Closer
	ownsTerminal atomic.Bool
}

func newApp(stdin io.Reader, stdout, stderr io.Writer) *app {
	return &app{stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
}

// usageError is wrong usage: exit 2.
type usageError struct {
	text, hint string
}

func (e *usageError) Error() string { return e.text }
func (e *usageError) Hint() string  { return e.hint }

func usagef(hint, format string, args ...any) error {
	return &usageError{fmt.Sprintf(format, args...), hint}
}

// hintedError is an error with what to do about it: exit 1.
type hintedError struct {
	text, hint string
}

func (e *hintedError) Error() string { return e.text }
func (e *hintedError) Hint() string  { return e.hint }

// foundError ends a run with exit 3 and says nothing: the report has been written.
type foundError struct{}

func (foundError) Error() string { return "" }

// execute runs one command and turns its error into an exit status; nothing else exits.
func (a *app) execute(ctx context.Context, args []string) int {
	root := a.root()
	root.SetArgs(args)
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	err := root.ExecuteContext(ctx)
	if a.logOutput != nil {
		a.logOutput.Close()
	}
	return a.status(ctx, err)
}

func (a *app) status(ctx context.Context, err error) int {
	var usage *usageError
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, syscall.EPIPE):
		return exitOK
	case errors.As(err, new(foundError)):
		return exitFound
	case ctx.Err() != nil && errors.Is(err, ctx.Err()):
		return exitInterrupted
	case errors.Is(err, wizard.ErrInputEnded): // said already
		return exitFailed
	}
	a.complain(err)
	if errors.As(err, &usage) || errors.Is(err, export.ErrExists) {
		return exitUsage
	}
	return exitFailed
}

// complain prints an error and, on a line of its own, what to do about it.
func (a *app) complain(err error) {
	a.errorf("%s", err)
	for _, hint := range hints(err) {
		fmt.Fprintf(a.stderr, "hint: %s\n", export.Clean(hint))
	}
}

// hints are what an error says to do next, one line each.
func hints(err error) []string {
	var many interface{ Hints() []string }
	var one interface{ Hint() string }
	switch {
	case errors.As(err, &many):
		return many.Hints()
	case errors.As(err, &one) && one.Hint() != "":
		return []string{one.Hint()}
	case errors.Is(err, export.ErrExists):
		return []string{"--force replaces it"}
	}
	return nil
}

func (a *app) errorf(format string, args ...any) {
	fmt.Fprintf(a.stderr, "otpdoctor: %s\n", export.Clean(fmt.Sprintf(format, args...)))
}

func (a *app) warnf(format string, args ...any) {
	fmt.Fprintf(a.stderr, "otpdoctor: warning: %s\n", export.Clean(fmt.Sprintf(format, args...)))
}

// openLog prepares the structured log. It goes to a file and nowhere else, so
// that it never lands on the wizard's screen, and holds no numbers or names.
func (a *app) openLog() error {
	a.log = logrus.New()
	a.log.SetOutput(io.Discard)
	a.log.SetFormatter(&logrus.JSONFormatter{})
	a.log.SetLevel(logrus.InfoLevel)
	if a.verbose > 0 || a.debug {
		a.log.SetLevel(logrus.DebugLevel)
	}
	if a.verbose > 1 {
		a.log.SetLevel(logrus.TraceLevel)
	}
	if a.logFile == "" {
		if a.verbose > 0 {
			a.warnf("--verbose says more in the log, and there is none: name one with --log-file")
		}
		return nil
	}
	f, err := os.OpenFile(a.logFile, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return export.FileError(a.logFile, err)
	}
	a.log.SetOutput(f)
	a.logOutput = f
	return nil
}

// terminal says whether a stream is one.
func terminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && (isatty.IsTerminal(f.Fd()) || isatty.IsCygwinTerminal(f.Fd()))
}

// colored follows --color, then NO_COLOR, CLICOLOR_FORCE, CLICOLOR and TERM.
func (a *app) colored(stream any) bool {
	switch a.color {
	case "always":
		return true
	case "never":
		return false
	}
	switch {
	case os.Getenv("NO_COLOR") != "":
		return false
	case os.Getenv("CLICOLOR_FORCE") != "" && os.Getenv("CLICOLOR_FORCE") != "0":
		return true
	case os.Getenv("CLICOLOR") == "0" || os.Getenv("TERM") == "dumb":
		return false
	}
	return terminal(stream)
}

// background is --theme, or for auto what the terminal says of itself in
// COLORFGBG ("15;0": the last figure is the background's colour), which costs no
// question; "" where nobody says.
func (a *app) background() string {
	if a.theme != "auto" {
		return a.theme
	}
	colours := os.Getenv("COLORFGBG")
	switch colours[strings.LastIndexByte(colours, ';')+1:] {
	case "7", "9", "10", "11", "12", "13", "14", "15":
		return "light"
	case "0", "1", "2", "3", "4", "5", "6", "8":
		return "dark"
	}
	return ""
}

// plainSigns says that the locale cannot show more than ASCII.
func (a *app) plainSigns() bool {
	if a.ascii {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(os.Getenv(name)); v != "" {
			return !strings.Contains(v, "utf-8") && !strings.Contains(v, "utf8")
		}
	}
	return false
}

// exportOptions are what the terminal and the global flags say of the looks.
func (a *app) exportOptions() export.Options {
	return export.Options{Color: a.colored(a.stdout), ASCII: a.plainSigns()}
}

// output writes a result to -o FILE or to standard output.
func (a *app) output(path string, force bool, write func(io.Writer) error) error {
	if path == "" || path == "-" {
		return write(a.stdout)
	}
	return export.WriteFile(path, force, write)
}

// abandon removes what a stopped run has half written.
func (a *app) abandon() { export.Abandon() }

// exact wraps cobra's argument checks so that they end as wrong usage.
func exact(check cobra.PositionalArgs, usage string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		err := check(cmd, args)
		if err != nil && strings.HasPrefix(err.Error(), "unknown command") { // cobra.NoArgs
			return usagef("otpdoctor "+usage, "%s takes no argument, and %q was given", cmd.Name(), args[0])
		}
		if err != nil {
			return usagef("otpdoctor "+usage, "%s: %s", cmd.Name(), err)
		}
		return nil
	}
}
