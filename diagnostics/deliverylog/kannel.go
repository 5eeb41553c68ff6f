package deliverylog

import "bytes"

// kannelAccess is the access log of Kannel's bearerbox, default and custom
// formats alike: the pairs in brackets are read, not their positions. Submitted
// is when the message went to the SMSC. FIDs are the SMSC's and are given out
// again after weeks.
// https://github.com/pruiz/kannel (gw/bb_alog.c, gwlib/accesslog.c)
var kannelAccess = Format{
	Name: "kannel", Provider: "smpp", Title: "Kannel access log", Shape: "lines", Events: true,
	Columns: []string{"kannel event", "SMSC", "to", "flags|msg"},
	fields: fields{
		roleID: "fid", roleScope: "smsc", roleTo: "to", roleFrom: "from", roleExtra: "kannel event", roleMore: "flags", roleText: "ack",
		roleStatus: "stat", roleCode: "err", roleAt: "kannel time",
	},
	split: splitKannel,
	finish: func(p *rows, r *Record) error {
		if !r.At.Known() {
			return errNoTime
		}
		event := p.text(roleExtra)
		is := func(s string) bool { return bytes.HasPrefix(event, []byte(s)) }
		switch {
		case is("Sent SMS"):
			r.State, r.Rank, r.Submitted, r.Begins = Passing, rankQueued, r.At, true
			r.Status = event
		case is("Receive DLR"):
			return p.kannelReceipt(r)
		case is("FAILED Send"), is("DISCARDED SMS"), is("EXPIRED SMS"), is("REJECTED"):
			r.State, r.Rank, r.Submitted, r.Begins = Failed, rankFinal, r.At, len(r.ID) > 0
			r.Status, r.Code = event, nil
			if is("EXPIRED") {
				r.Status = []byte("EXPIRED")
			}
		default: // Receive SMS, Sent DLR, DROPPED Received DLR, FAILED DLR
			return errSkip
		}
		return nil
	},
}

// kannelReceipt reads a DLR line. The last of its flags is the event: 1 delivered,
// 2 failed, 4 buffered, 8 accepted by the SMSC, 16 refused by it. The receipt's
// own state is finer: Kannel counts UNKNOWN as failed.
func (p *rows) kannelReceipt(r *Record) error {
	flags := p.text(roleMore)
	event := flags[bytes.LastIndexByte(flags, ':')+1:]
	if len(r.Status) > 0 {
		m, _ := smppState(r.Status)
		r.State, r.Rank = m.state, m.rank
	}
	switch string(event) {
	case "1":
		r.State, r.Rank = Delivered, rankFinal
	case "2":
		if r.State == Passing || r.State == Waiting || r.State == Delivered {
			r.State, r.Rank = Failed, rankFinal
		}
	case "4":
		r.State, r.Rank = Passing, rankSent
	case "8":
		r.State, r.Rank = Passing, rankSending
	case "16":
		r.State, r.Rank, r.Code = Failed, rankFinal, p.commandStatus(p.text(roleText))
	default:
		if len(r.Status) == 0 {
			return errNoStatus
		}
	}
	if r.State == Delivered {
		r.Done = r.At
	}
	if string(event) == "16" {
		return nil
	}
	return finishSMPP(p, r)
}

// commandStatus writes the number of a refusal (NACK/11/Invalid Destination
// Address, NACK/0x0000000b) as the catalogue has it.
func (p *rows) commandStatus(nack []byte) []byte {
	n := 0
	if i := bytes.Index(nack, []byte("0x")); i >= 0 {
		for _, c := range nack[i+2:] {
			if !isHex(c) || n > 1<<24 {
				break
			}
			n = n<<4 | int(unhex(c))
		}
	} else if d := firstNumber(nack); len(d) > 0 && len(d) < 9 {
		n = max(digits(d), 0)
	}
	if n == 0 {
		return nil
	}
	const hex = "0123456789ABCDEF"
	p.joined = append(p.joined[:0], "status:0x"...)
	for shift := 28; shift >= 0; shift -= 4 {
		p.joined = append(p.joined, hex[n>>shift&15])
	}
	return p.joined
}

// splitKannel takes a line apart: time, event, then pairs in brackets. The
// message's text is left out; of a receipt's text its keys are read.
func splitKannel(t *tree, line []byte) bool {
	const stamp = len("2006-01-02 15:04:05")
	if len(line) < stamp+2 || line[4] != '-' || line[stamp] != ' ' {
		return false
	}
	open := bytes.IndexByte(line, '[')
	if open < stamp+1 {
		return false
	}
	t.add([]byte("kannel time"), line[:stamp])
	t.add([]byte("kannel event"), bytes.TrimSpace(line[stamp+1:open]))
	rest := line[open:]
	body := []byte(nil)
	if i := bytes.Index(rest, []byte("[msg:")); i >= 0 {
		body = rest[i+len("[msg:"):]
		rest = rest[:i]
		if k := bytes.LastIndex(body, []byte("] [udh:")); k >= 0 {
			body = body[:k]
		} else if k := bytes.LastIndexByte(body, ']'); k >= 0 {
			body = body[:k]
		}
		t.add([]byte("msg"), nil)
	}
	brackets(t, rest)
	_, body, _ = bytes.Cut(body, []byte{':'}) // the length
	if bytes.HasPrefix(body, []byte("NACK")) || bytes.HasPrefix(body, []byte("ACK")) {
		t.add([]byte("ack"), body)
	} else if receipt := bytes.Contains(line[:open], []byte("DLR")); receipt {
		splitReceipt(t, body)
	}
	return true
}

// brackets adds the pairs of [KEY:value] [KEY:value].
func brackets(t *tree, b []byte) {
	for {
		i := bytes.IndexByte(b, '[')
		if i < 0 {
			return
		}
		b = b[i+1:]
		end := bytes.IndexByte(b, ']')
		if end < 0 {
			return
		}
		if key, value, ok := bytes.Cut(b[:end], []byte{':'}); ok {
			t.add(key, value)
		}
		b = b[end+1:]
	}
}
