package main

import (
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"cli.otpdoctor/diagnostics"
	"cli.otpdoctor/diagnostics/deliverylog"
	"cli.otpdoctor/diagnostics/export"
	"cli.otpdoctor/diagnostics/tally"
)

// progressLine shows how far a reading is, on one line of a terminal that is
// gone when it is done.
type progressLine struct {
	w       io.Writer
	started time.Time

	mu    sync.Mutex // over the terminal's line
	shown bool
}

// progressAfter keeps short readings quiet.
const progressAfter = 300 * time.Millisecond

// progress gives the function to hand to a reading, nil where standard error is
// no terminal, and one that clears the line.
func (a *app) progress() (func(diagnostics.Progress), func()) {
	if !terminal(a.stderr) {
		return nil, func() {}
	}
	p := &progressLine{w: a.stderr, started: time.Now()}
	return p.show, p.clear
}

func (p *progressLine) show(at diagnostics.Progress) {
	took := time.Since(p.started)
	if took < progressAfter {
		return
	}
	line := "reading " + export.Clean(at.Name)
	rate := float64(at.Bytes) / took.Seconds()
	if share, ok := at.Share(); ok {
		line += fmt.Sprintf("  %.0f %%", share*100)
		if rate > 0 && share < 1 {
			left := time.Duration(float64(at.Size-at.Bytes)/rate) * time.Second
			line += fmt.Sprintf("  %s left", left.Round(time.Second))
		}
	}
	line += fmt.Sprintf("  %s messages  %.0f MB/s", tally.FormatCount(at.Messages), rate/1e6)
	if at.Rejected > 0 {
		line += fmt.Sprintf("  %s rows not readable", tally.FormatCount(at.Rejected))
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.shown = true
	fmt.Fprintf(p.w, "\r\x1b[K%s", line)
}

func (p *progressLine) clear() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.shown {
		fmt.Fprint(p.w, "\r\x1b[K")
	}
}

// reportRows tells of the first broken rows and of what a log cannot say.
func (a *app) reportRows(inputs []deliverylog.Summary) {
	for _, in := range inputs {
		for _, r := range in.Rejections {
			a.errorf("%s", r)
		}
		switch more := in.Rejected - int64(len(in.Rejections)); {
		case more > 0 && len(in.Rejections) > 0:
			a.errorf("%s: %s more rows not readable", in.Name, tally.FormatCount(more))
		case more > 0: // they were told when the count was saved
			a.warnf("%s: rows of its logs that were not readable: %s", in.Name, tally.FormatCount(more))
		}
		for _, w := range in.Warnings {
			a.warnf("%s: %s", in.Name, w)
		}
	}
}

// tornError says that a log ended before its end. What was read of it is in the
// result; the status tells a script that it is not all.
type tornError struct{ in deliverylog.Summary }

func (e *tornError) Error() string {
	what := "message"
	if slices.ContainsFunc(deliverylog.IdentityFormats(), func(f deliverylog.Format) bool { return f.Name == e.in.Format }) {
		what = "event"
	}
	return fmt.Sprintf("%s: cut off after %s: %s", e.in.Name, tally.FormatNoun(e.in.Messages, what), e.in.Truncated)
}

func (e *tornError) Hint() string {
	return "download it again; the result is of what could be read"
}

// torn is the error of the first log that ended early, login logs included, or nil.
func (a *app) torn(inputs []deliverylog.Summary) error {
	for _, in := range slices.Concat(inputs, a.loginInputs) {
		if in.Truncated != "" {
			return &tornError{in}
		}
	}
	return nil
}
