package deliverylog

import "bytes"

// jasminMessages is Jasmin's messages.log. Receipts have no recipient: they are
// joined by connector and message id. Names of keys changed over the versions.
// https://github.com/jookies/jasmin (managers/listeners.py)
var jasminMessages = Format{
	Name: "jasmin", Provider: "smpp", Title: "Jasmin messages.log", Shape: "lines", Events: true,
	Columns: []string{"jasmin event", "cid", "status|stat"},
	fields: fields{
		roleID: "smpp-msgid|queue-msgid|msgid", roleScope: "cid", roleTo: "to", roleFrom: "from", roleExtra: "jasmin event",
		roleStatus: "status|stat", roleCode: "err", roleMore: "retry", roleAt: "jasmin time",
	},
	split: splitJasmin,
	finish: func(p *rows, r *Record) error {
		if !r.At.Known() {
			return errNoTime
		}
		event := string(p.text(roleExtra))
		if event == "DLR" {
			m, known := smppState(r.Status)
			r.State, r.Rank = m.state, m.rank
			if !known {
				p.unknownWord(r.Status)
			}
			if r.State == Delivered {
				r.Done = r.At
			}
			return finishSMPP(p, r)
		}
		r.Code = nil
		r.Submitted, r.Begins = r.At, true
		status := r.Status[bytes.LastIndexAny(r.Status, "./")+1:]
		switch {
		case string(status) == "ESME_ROK":
			r.State, r.Rank = Passing, rankQueued
		case bytes.EqualFold(p.text(roleMore), []byte("true")):
			return errSkip // it is tried again, and logged again then
		default:
			r.State, r.Rank = Failed, rankFinal
			r.Status = status
			if n, ok := esmeNumbers[string(status)]; ok {
				r.Code = n
			}
		}
		return nil
	},
}

// esmeNumbers are the command_status names of SMPP 3.4, section 5.1.3, as the
// catalogue has them.
var esmeNumbers = map[string][]byte{
	"ESME_RINVMSGLEN": []byte("status:0x00000001"), "ESME_RSYSERR": []byte("status:0x00000008"), "ESME_RINVSRCADR": []byte("status:0x0000000A"),
	"ESME_RINVDSTADR": []byte("status:0x0000000B"), "ESME_RINVMSGID": []byte("status:0x0000000C"), "ESME_RBINDFAIL": []byte("status:0x0000000D"),
	"ESME_RINVPASWD": []byte("status:0x0000000E"), "ESME_RINVSYSID": []byte("status:0x0000000F"), "ESME_RMSGQFUL": []byte("status:0x00000014"),
	"ESME_RINVSERTYP": []byte("status:0x00000015"), "ESME_RSUBMITFAIL": []byte("status:0x00000045"), "ESME_RINVSRCTON": []byte("status:0x00000048"),
	"ESME_RINVSRCNPI": []byte("status:0x00000049"), "ESME_RINVDSTTON": []byte("status:0x00000050"), "ESME_RINVDSTNPI": []byte("status:0x00000051"),
	"ESME_RTHROTTLED": []byte("status:0x00000058"), "ESME_RINVSCHED": []byte("status:0x00000061"), "ESME_RINVEXPIRY": []byte("status:0x00000062"),
	"ESME_RX_T_APPN": []byte("status:0x00000064"), "ESME_RX_P_APPN": []byte("status:0x00000065"), "ESME_RX_R_APPN": []byte("status:0x00000066"),
	"ESME_RDELIVERYFAILURE": []byte("status:0x000000FE"), "ESME_RUNKNOWNERR": []byte("status:0x000000FF"),
}

// splitJasmin takes a line apart: time, level, process, event, then pairs in
// brackets. The content is left out. Lines of the HTTP and SMPP servers, which
// have the user's id, speak of the same messages again.
func splitJasmin(t *tree, line []byte) bool {
	const stamp = len("2006-01-02 15:04:05")
	if len(line) < stamp+2 || line[4] != '-' {
		return false
	}
	open := bytes.IndexByte(line, '[')
	if open < stamp {
		return false
	}
	words := bytes.Fields(line[stamp:open])
	if len(words) == 0 {
		return false
	}
	event := words[len(words)-1]
	if string(event) != "SMS-MT" && string(event) != "DLR" {
		return false
	}
	rest := line[open:]
	if i := bytes.Index(rest, []byte("[content:")); i >= 0 {
		rest = rest[:i]
	}
	if bytes.Contains(rest, []byte("[uid:")) {
		return false
	}
	when := line[:stamp]
	if len(line) > stamp+4 && line[stamp] == ',' { // milliseconds, by Python's default
		when = line[:stamp+4]
	}
	t.add([]byte("jasmin time"), when)
	t.add([]byte("jasmin event"), event)
	from := len(t.nodes)
	brackets(t, rest)
	for i := from; i < len(t.nodes); i++ { // b'447700900123'
		v := t.nodes[i].text
		if len(v) >= 3 && v[0] == 'b' && (v[1] == '\'' || v[1] == '"') && v[len(v)-1] == v[1] {
			t.nodes[i].text = v[2 : len(v)-1]
		}
	}
	return true
}
