package deliverylog

// What otpdoctor convert wrote, read again: its words stay as they are.
// A message that was in flight may have become unconfirmed by a later log.
var (
	otpdoctorFields = fields{
		roleID: "message_id", roleTo: "to", roleCountry: "country", roleNetwork: "carrier", roleSource: "carrier_source",
		roleStatus: "status", roleReason: "reason", roleCode: "code", roleSubmitted: "submitted_at", roleDone: "delivered_at",
		roleLatency: "latency_s", roleProvider: "provider", roleFormat: "format",
	}
	otpdoctorColumns = []string{"message_id", "to", "country", "carrier", "carrier_source", "status", "reason", "code",
		"submitted_at", "delivered_at", "latency_s", "provider", "format"}
	otpdoctorWords = words{"delivered": delivered, "failed": failed, "unconfirmed": noReceipt, "inflight": queued}
)

var otpdoctorCSV = Format{
	Name: "otpdoctor-csv", Title: "What otpdoctor convert writes as CSV or Parquet", Shape: "CSV", tables: true, exact: true,
	Columns: otpdoctorColumns, fields: otpdoctorFields, words: otpdoctorWords, finish: finishOtpdoctor,
}

var otpdoctorJSONL = Format{
	Name: "otpdoctor-jsonl", Title: "What otpdoctor convert writes as JSON lines", Shape: "JSON", trees: true,
	Columns: otpdoctorColumns, fields: otpdoctorFields, words: otpdoctorWords, finish: finishOtpdoctor,
}

func finishOtpdoctor(p *rows, r *Record) error {
	// Ids that an SMSC gives out again, or that two of them give out, stay apart:
	// by the submit time, else by what else the row says.
	r.Begins = true
	if !r.Submitted.Known() {
		p.joined = append(append(append(append(p.joined[:0], r.Status...), r.Code...), '|'), p.text(roleDone)...)
		r.Scope = p.joined
	}
	r.Format, r.Reason, r.Source = p.text(roleFormat), p.text(roleReason), p.text(roleSource)
	if p.t == nil { // CSV guards cells that a spreadsheet would run
		for _, b := range []*[]byte{&r.ID, &r.To, &r.Country, &r.Network, &r.Source, &r.Reason, &r.Code, &r.Provider, &r.Format} {
			*b = unguard(*b)
		}
	}
	return nil
}

// unguard takes the apostrophe away that our CSV has before = @ + - tab and CR.
func unguard(b []byte) []byte {
	if len(b) > 1 && b[0] == '\'' {
		switch b[1] {
		case '=', '@', '+', '-', '\t', '\r':
			return b[1:]
		}
	}
	return b
}
