package export

import (
	"io"
	"strconv"

	"cli.otpdoctor/diagnostics/message"
	"cli.otpdoctor/diagnostics/number"
)

// messageColumns are those of convert. Their order stays: others read it.
var messageColumns = []string{"message_id", "to", "country", "carrier", "carrier_source", "status", "reason", "code", "submitted_at", "delivered_at", "latency_s", "provider", "format"}

// MessageWriter writes messages in normal form, one a row. Lines end with LF alone:
// these files are for programs.
type MessageWriter struct {
	w       io.Writer
	red     *redactor
	buf     []byte
	json    bool
	parquet *parquetMessages
}

// NewMessageWriter begins a file of messages: "csv", "jsonl" or "parquet". Give it a buffered w.
func NewMessageWriter(w io.Writer, to string, o Options) (*MessageWriter, error) {
	mw := &MessageWriter{w: w, red: newRedactor(o)}
	switch to {
	case "csv":
		for i, c := range messageColumns {
			if i > 0 {
				mw.buf = append(mw.buf, ',')
			}
			mw.buf = append(mw.buf, c...)
		}
		mw.buf = append(mw.buf, '\n')
		_, err := w.Write(mw.buf)
		return mw, err
	case "jsonl":
		mw.json = true
		return mw, nil
	case "parquet":
		mw.parquet = newParquetMessages(w)
		return mw, nil
	}
	return nil, unknown("convert", to)
}

// Write writes one message.
func (mw *MessageWriter) Write(m *message.Message) error {
	if mw.parquet != nil {
		return mw.parquet.write(m, mw.red)
	}
	mw.buf = mw.buf[:0]
	if mw.json {
		mw.appendJSON(m)
	} else {
		mw.appendCSV(m)
	}
	_, err := mw.w.Write(mw.buf)
	return err
}

// Close ends the file; w stays open.
func (mw *MessageWriter) Close() error {
	if mw.parquet != nil {
		return mw.parquet.close()
	}
	return nil
}

const stampLayout = "2006-01-02T15:04:05.000Z"

func (mw *MessageWriter) appendCSV(m *message.Message) {
	b := mw.buf
	b = append(appendCell(b, mw.red.id(m.ID)), ',')
	b = append(mw.appendNumber(b, m.To), ',')
	b = append(appendCell(b, m.Country), ',')
	b = append(appendCell(b, m.Carrier), ',')
	b = append(append(b, m.CarrierSource...), ',')
	b = append(append(b, m.Status.String()...), ',')
	b = append(append(b, m.Reason.String()...), ',')
	b = append(appendCell(b, m.Code), ',')
	if m.Submitted.Known() {
		b = m.Submitted.Std().AppendFormat(b, stampLayout)
	}
	b = append(b, ',')
	if m.Done.Known() {
		b = m.Done.Std().AppendFormat(b, stampLayout)
	}
	b = append(b, ',')
	if d, ok := m.Latency(); ok {
		b = appendSeconds(b, d.Milliseconds())
	}
	b = append(b, ',')
	b = append(appendCell(b, m.Provider), ',')
	b = append(appendCell(b, m.Format), '\n')
	mw.buf = b
}

// appendNumber appends a recipient, in the ordinary case without making a string of it.
func (mw *MessageWriter) appendNumber(b []byte, m number.MSISDN) []byte {
	switch {
	case m == 0:
		return b
	case mw.red.on || m.IsOdd():
		return appendCell(b, mw.red.e164(m))
	}
	return strconv.AppendUint(append(b, '+'), uint64(m), 10)
}

func (mw *MessageWriter) appendJSON(m *message.Message) {
	b := append(mw.buf, `{"message_id":`...)
	b = appendString(b, mw.red.id(m.ID))
	b = appendString(append(b, `,"to":`...), mw.red.e164(m.To))
	b = appendString(append(b, `,"country":`...), Clean(m.Country))
	b = appendString(append(b, `,"carrier":`...), Clean(m.Carrier))
	b = append(append(append(b, `,"carrier_source":"`...), m.CarrierSource...), `","status":"`...)
	b = append(append(b, m.Status.String()...), `","reason":"`...)
	b = append(append(b, m.Reason.String()...), '"')
	b = appendString(append(b, `,"code":`...), Clean(m.Code))
	b = append(b, `,"submitted_at":`...)
	if m.Submitted.Known() {
		b = append(m.Submitted.Std().AppendFormat(append(b, '"'), stampLayout), '"')
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"delivered_at":`...)
	if m.Done.Known() {
		b = append(m.Done.Std().AppendFormat(append(b, '"'), stampLayout), '"')
	} else {
		b = append(b, "null"...)
	}
	b = append(b, `,"latency_s":`...)
	if d, ok := m.Latency(); ok {
		b = appendSeconds(b, d.Milliseconds())
	} else {
		b = append(b, "null"...)
	}
	b = appendString(append(b, `,"provider":`...), Clean(m.Provider))
	b = appendString(append(b, `,"format":`...), Clean(m.Format))
	mw.buf = append(b, "}\n"...)
}

// appendSeconds writes milliseconds as seconds without needless zeros: 22.533, 9, -0.5.
func appendSeconds(b []byte, ms int64) []byte {
	return strconv.AppendFloat(b, float64(ms)/1000, 'f', -1, 64)
}

// appendCell writes one guarded CSV cell, quoted where it must be.
func appendCell(b []byte, s string) []byte {
	plain := true
	for i := 0; i < len(s); i++ {
		if c := s[i]; c < 0x20 || c >= 0x7f || c == '"' || c == ',' {
			plain = false
			break
		}
	}
	if plain && (s == "" || s[0] != ' ' && s[0] != '=' && s[0] != '@' && s[0] != '+' && s[0] != '-') {
		return append(b, s...)
	}
	s = csvCell(s)
	quote := len(s) > 0 && s[0] == ' '
	for i := 0; i < len(s) && !quote; i++ {
		quote = s[i] == '"' || s[i] == ','
	}
	if !quote {
		return append(b, s...)
	}
	b = append(b, '"')
	for i := 0; i < len(s); i++ {
		if s[i] == '"' {
			b = append(b, '"')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}
