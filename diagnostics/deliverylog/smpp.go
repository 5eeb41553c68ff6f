package deliverylog

import "bytes"

// Places of the states of an SMPP message. EXPIRED, DELETED and so on are final.
var smppWords = words{
	"enroute": passing, "acceptd": waiting, "accepted": waiting, "scheduled": waiting, "buffred": passing, "bufferd": passing, "buffered": passing,
	"acked":   passing,
	"delivrd": delivered, "delivered": delivered,
	"expired": failed, "deleted": failed, "undeliv": failed, "undeliverable": failed, "rejectd": failed, "rejected": failed, "skipped": failed,
	"unknown": noReceipt,
}

// smppState is what a receipt's state means: no more than that the message is
// under way where it is not known.
func smppState(state []byte) (m meaning, known bool) {
	if m, known = smppWords[plainName(string(state))]; !known {
		m = passing
	}
	return m, known
}

// smppReceipts are the texts of SMPP delivery receipts (SMPP 3.4, appendix B), one
// a line, whatever stands before. They hold no phone number. Times are the SMSC's
// own, without a zone: only their difference can be trusted.
var smppReceipts = Format{
	Name: "smpp-receipts", Provider: "smpp", Title: "Raw SMPP delivery receipts", Shape: "lines", Events: true,
	Columns:  []string{"id", "stat"},
	Warnings: []string{"times in SMPP receipts have no zone, and most have whole minutes"},
	fields: fields{
		roleID: "id", roleStatus: "stat", roleCode: "err", roleSubmitted: "submit date", roleAt: "done date", roleTo: "source_addr|to",
	},
	words: smppWords, short: true,
	split: func(t *tree, line []byte) bool { return splitReceipt(t, line) },
	finish: func(p *rows, r *Record) error {
		if r.State == Delivered {
			r.Done = r.At
		}
		return finishSMPP(p, r)
	},
}

func finishSMPP(p *rows, r *Record) error {
	if isZero(r.Code) || sameName(r.Code, "nd") || r.State == Delivered || r.State == Passing || r.State == Waiting {
		r.Code = nil
	}
	return nil
}

// receiptKeys are the keys of a receipt. "text" holds the first letters of the
// message, which may look like keys: it ends the receipt.
var receiptKeys = []string{"id:", "sub:", "dlvrd:", "submit date:", "submit_date:", "done date:", "done_date:", "stat:", "err:", "text:"}

// splitReceipt takes a receipt apart, keys in any order and case.
func splitReceipt(t *tree, line []byte) bool {
	found := 0
	for i := 0; i < len(line); {
		key := receiptKey(line, i)
		if key == "" {
			i++
			continue
		}
		if key == "text:" {
			break
		}
		value := bytes.TrimLeft(line[i+len(key):], " ")
		end := bytes.IndexAny(value, " ,;\t\"]")
		if end < 0 {
			end = len(value)
		}
		if key == "id:" || key == "stat:" {
			found++
		}
		t.add(line[i:i+len(key)-1], value[:end])
		i = len(line) - len(value) + end
	}
	return found >= 2
}

// receiptKey says which key begins at i; a key begins a word.
func receiptKey(line []byte, i int) string {
	if i > 0 && line[i-1] != ' ' && line[i-1] != '"' && line[i-1] != '[' && line[i-1] != ':' && line[i-1] != '\'' && line[i-1] != '\t' && line[i-1] != ',' {
		return ""
	}
	for _, k := range receiptKeys {
		if len(line)-i >= len(k) && lower(line[i]) == k[0] && bytes.EqualFold(line[i:i+len(k)], []byte(k)) {
			return k
		}
	}
	return ""
}
