package deliverylog

// https://developers.messagebird.com/api/sms-messaging/
var messagebirdWords = words{
	"scheduled": waiting, "buffered": {Passing, rankQueued}, "sent": passing,
	"delivered": delivered, "expired": failed, "deliveryfailed": failed,
}

// messagebirdMessages is the classic API's list of messages. A message may have
// many recipients: each is a row. Recipients are numbers, which are read as text.
var messagebirdMessages = Format{
	Name: "messagebird-messages", Provider: "messagebird", Title: "MessageBird messages (API pages)", Shape: "JSON",
	Columns: []string{"id", "originator", "createdDatetime", "recipients.items"},
	each:    []string{"recipients.items"},
	fields: fields{
		roleID: "id", roleTo: ".recipient", roleFrom: "originator", roleNetwork: ".recipientoperator", roleMCCMNC: ".mccmnc",
		roleMCC: ".mcc", roleMNC: ".mnc", roleStatus: ".status", roleCode: ".statuserrorcode", roleText: ".statusreason",
		roleSubmitted: "createddatetime", roleAt: ".statusdatetime", roleDirection: "direction",
	},
	words: messagebirdWords, utc: true, finish: finishMessageBird,
}

// messagebirdCallback is the status report, a GET request to the reportUrl. The
// first report that is not final is the nearest thing to a submit time.
var messagebirdCallback = Format{
	Name: "messagebird-callback", Provider: "messagebird", Title: "MessageBird status reports", Shape: "query, JSON or CSV", Events: true,
	Columns: []string{"id", "recipient", "status", "statusDatetime"},
	fields: fields{
		roleID: "id", roleTo: "recipient", roleFrom: "originator", roleMCCMNC: "mccmnc", roleStatus: "status", roleCode: "statuserrorcode",
		roleText: "statusreason", roleAt: "statusdatetime",
	},
	words: messagebirdWords, utc: true,
	finish: func(p *rows, r *Record) error {
		r.Seen = r.At
		if r.State == Passing || r.State == Waiting {
			r.Submitted = r.At
		}
		return finishMessageBird(p, r)
	},
}

// finishMessageBird: the reason in words stands in where there is no extended
// code, and an expired message of which no receipt came is no failure.
func finishMessageBird(p *rows, r *Record) error {
	text := p.text(roleText)
	switch r.State {
	case Delivered:
		r.Done, r.Code = r.At, nil
	case Failed:
		if isZero(r.Code) && len(text) > 0 {
			r.Code = text
		}
		if sameName(text, "dlrnotreceived") {
			r.State, r.Code = NoReceipt, text
		}
	default:
		r.Code = nil
	}
	return nil
}
