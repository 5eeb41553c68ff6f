package deliverylog

import "bytes"

// azureEvents are the delivery reports of Azure Communication Services, in Event
// Grid's schema or as CloudEvents. No report says when the message was sent: an
// id of the older kind does, Outgoing_ with 14 digits in UTC, else the first
// attempt stands in. Key names changed case over time.
// https://learn.microsoft.com/azure/event-grid/communication-services-telephony-sms-events
var azureEvents = Format{
	Name: "azure-events", Provider: "azure", Title: "Azure Communication Services delivery reports", Shape: "JSON", Events: true,
	Columns: []string{"data.messageId", "data.deliveryStatus"},
	fields: fields{
		roleID: "data.messageid", roleTo: "data.to", roleFrom: "data.from", roleStatus: "data.deliverystatus",
		roleText: "data.deliverystatusdetails", roleAt: "data.receivedtimestamp",
	},
	words: words{"delivered": delivered, "success": delivered, "failed": failed}, utc: true,
	finish: func(p *rows, r *Record) error {
		if r.Submitted = azureID(r.ID); !r.Submitted.Known() {
			r.Submitted = p.azureAttempts()
		}
		if r.State == Delivered {
			r.Done = r.At
			return nil
		}
		r.Code = p.text(roleText)
		if r.State == Failed && azureSilent(r.Code) {
			r.State = NoReceipt
		}
		return nil
	},
}

// azureID reads the time in an id such as Outgoing_20200918002213….
func azureID(id []byte) Time {
	const prefix = "Outgoing_"
	if len(id) < len(prefix)+14 || !bytes.EqualFold(id[:len(prefix)], []byte(prefix)) {
		return NoTime
	}
	c := clock{}
	if t, ok := c.short(id[len(prefix) : len(prefix)+14]); ok {
		return t
	}
	return NoTime
}

// azureAttempts gives the earliest time of the delivery attempts.
func (p *rows) azureAttempts() Time {
	nm := name{parts: []string{"data", "deliveryattempts"}}
	first := NoTime
	if p.t == nil {
		return first
	}
	list := nm.find(p.t, p.root)
	if list == 0 {
		return first
	}
	for m := p.t.nodes[list].child; m != 0; m = p.t.nodes[m].next {
		if p.t.nodes[m].kind != objectNode {
			continue
		}
		if at := p.t.member(m, "timestamp"); at != 0 {
			if t, ok := p.clock.at(p.t.nodes[at].text); ok && (first == NoTime || t < first) {
				first = t
			}
		}
	}
	return first
}

// azureSilent tells the failures that only say that no report came: code 5002,
// the carrier sends none, and the time-out that a sender may set.
// https://learn.microsoft.com/azure/communication-services/concepts/troubleshooting-codes
func azureSilent(details []byte) bool {
	if bytes.HasPrefix(details, []byte("5002")) {
		return true
	}
	d := bytes.ToLower(details)
	return bytes.Contains(d, []byte("support delivery report")) ||
		bytes.Contains(d, []byte("delivery report")) && (bytes.Contains(d, []byte("timeout")) || bytes.Contains(d, []byte("time-out")) || bytes.Contains(d, []byte("timed out")))
}

// azureLogs are the SMS operational logs of Azure Monitor: two rows a message,
// the request and the report. PhoneNumber is the sender; the recipient is in none.
// https://learn.microsoft.com/azure/azure-monitor/reference/tables/acssmsincomingoperations
var azureLogs = Format{
	Name: "azure-sms-logs", Provider: "azure", Title: "Azure Monitor SMS operational logs", Shape: "JSON or CSV", Events: true,
	Columns: []string{"TimeGenerated|time", "OperationName", "ResultType|ResultSignature", "MessageId|properties.MessageId"},
	fields: fields{
		roleID: "messageid|properties.messageid", roleFrom: "phonenumber|properties.phonenumber", roleCountry: "country|properties.country",
		roleStatus: "resulttype", roleCode: "resultsignature", roleText: "resultdescription", roleExtra: "operationname",
		roleAt: "timegenerated|time",
	},
	utc: true,
	finish: func(p *rows, r *Record) error {
		op := p.text(roleExtra)
		http := r.Code
		r.Code = nil
		switch {
		case sameName(op, "smsmessagessent") || sameName(op, "smsmessagesent"):
			if len(r.ID) == 0 {
				return errSkip // the request was refused: there is no message
			}
			r.Submitted = r.At
			r.State, r.Rank = Waiting, rankQueued
			if len(http) == 3 && http[0] >= '4' {
				p.joined = append(append(p.joined[:0], "http:"...), http...)
				r.State, r.Rank, r.Code = Failed, rankFinal, p.joined
			}
		case sameName(op, "smsdeliveryreportsreceived") || sameName(op, "smsdeliveryreportreceived"):
			switch {
			case sameName(r.Status, "succeeded") || sameName(r.Status, "success") || sameName(r.Status, "delivered"):
				r.State, r.Rank, r.Done = Delivered, rankFinal, r.At
			case sameName(r.Status, "failed") || sameName(r.Status, "failure"):
				r.State, r.Rank, r.Code = Failed, rankFinal, p.text(roleText)
				if azureSilent(r.Code) {
					r.State = NoReceipt
				}
			default:
				r.State, r.Rank = Passing, rankSent
				p.unknownWord(r.Status)
			}
		default:
			return errSkip // inbound, opt-outs
		}
		return nil
	},
}
