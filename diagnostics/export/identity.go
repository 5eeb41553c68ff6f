package export

import (
	"io"

	"cli.otpdoctor/diagnostics/deliverylog"
)

const identityHeader = "user,phone,event,outcome,at\n"

// IdentityWriter writes events of login logs one at a time.
type IdentityWriter struct {
	w    io.Writer
	red  *redactor
	buf  []byte
	json bool
}

// NewIdentityWriter begins a file of events in normal form: "csv", with the header
// user,phone,event,outcome,at, or "jsonl" with these keys. Give it a buffered w.
func NewIdentityWriter(w io.Writer, to string, o Options) (*IdentityWriter, error) {
	iw := &IdentityWriter{w: w, red: newRedactor(o)}
	switch to {
	case "csv":
		_, err := io.WriteString(w, identityHeader)
		return iw, err
	case "jsonl":
		iw.json = true
		return iw, nil
	}
	return nil, unknown("identity", to)
}

// Write writes one event. What is no event of the normal form is left out.
func (iw *IdentityWriter) Write(e *deliverylog.IdentityEvent) error {
	if e.Event == deliverylog.OtherSuccess {
		return nil
	}
	user, phone := Clean(e.User), Clean(e.Phone)
	if iw.red.on {
		if user != "" {
			user = iw.red.email(user)
		}
		phone = iw.red.text(phone)
	}
	b := iw.buf[:0]
	if iw.json {
		b = appendString(append(b, `{"user":`...), user)
		b = appendString(append(b, `,"phone":`...), phone)
		b = append(append(b, `,"event":"`...), e.Event...)
		b = append(append(b, `","outcome":"`...), e.Outcome...)
		b = append(b, `","at":"`...)
		b = append(e.At.Std().AppendFormat(b, stampLayout), "\"}\n"...)
	} else {
		b = append(appendCell(b, user), ',')
		b = append(appendCell(b, phone), ',')
		b = append(append(b, e.Event...), ',')
		b = append(append(b, e.Outcome...), ',')
		b = append(e.At.Std().AppendFormat(b, stampLayout), '\n')
	}
	iw.buf = b
	_, err := iw.w.Write(b)
	return err
}

// Close ends the file; w stays open.
func (iw *IdentityWriter) Close() error { return nil }
