package export

import (
	"fmt"
	"io"
	"strings"

	"cli.otpdoctor/diagnostics/deliverylog"
)

// LogFormats writes the known formats of delivery logs and of login logs, and what
// each is recognised by.
func LogFormats(w io.Writer, formats, logins []deliverylog.Format) error {
	t := newText(w, Options{})
	list := func(formats []deliverylog.Format) {
		for _, f := range formats {
			t.hanging(pad(f.Name, 24)+" ", f.Title+" ("+f.Shape+")")
			t.hanging(strings.Repeat(" ", 25), strings.Join(f.Columns, ", "))
			t.line("")
		}
	}
	list(formats)
	t.wrap("Login logs, which are named with --identity:")
	t.line("")
	list(logins)
	t.wrap(fmt.Sprintf("%d formats, recognised by content whatever the file's name; gzip, zstd and zip are unpacked. "+
		"For any other CSV or JSON lines: --map to=Phone,status=State,submitted_at=When", len(formats)+len(logins)))
	return t.flush()
}
