package deliverylog

import "bytes"

// A receipt of AWS may be days old.
const awsLate = "AWS receipts may come up to 72 hours late: delay is what AWS saw"

// awsEvents are the events of AWS End User Messaging SMS (formerly Pinpoint SMS
// and voice v2), from CloudWatch Logs, Firehose, SNS or EventBridge. isFinal is
// no help: SUCCESSFUL has it, and DELIVERED may follow.
// https://docs.aws.amazon.com/sms-voice/latest/userguide/configuration-sets-event-format.html
var awsEvents = Format{
	Name: "aws-sms-events", Provider: "aws", Title: "AWS End User Messaging SMS events", Shape: "JSON", Events: true,
	Columns:  []string{"eventType", "eventTimestamp", "messageId", "messageStatus"},
	Warnings: []string{awsLate},
	fields: fields{
		roleID: "messageid", roleTo: "destinationphonenumber", roleFrom: "originationphonenumber", roleNetwork: "carriername",
		roleMCC: "mcc", roleMNC: "mnc", roleCountry: "isocountrycode", roleStatus: "messagestatus", roleExtra: "eventtype",
		roleSubmitted: "messagerequesttimestamp", roleAt: "eventtimestamp",
	},
	// QUEUED, PENDING, SENT, SUCCESSFUL, then everything else, of which the latest counts.
	words: words{
		"queued": queued, "pending": {Passing, 2}, "sent": {Passing, 3}, "successful": {NoReceipt, 4},
		"delivered": delivered, "unknown": {Unanswered, rankFinal},
		"blocked": failed, "ttlexpired": failed, "carrierunreachable": failed, "unreachable": failed, "invalid": failed,
		"invalidmessage": failed, "carrierblocked": failed, "spam": failed, "protectblocked": failed,
	},
	utc: true,
	finish: func(p *rows, r *Record) error {
		event := p.text(roleExtra)
		if !bytes.HasPrefix(event, []byte("TEXT_")) {
			return errSkip // MEDIA_ and VOICE_
		}
		switch r.State {
		case Delivered:
			r.Done = r.At
		case Passing:
			r.Rank = min(r.Rank, 3) // a word that is not listed is like SENT
		case Failed, NoReceipt, Unanswered:
			r.Code = event
		}
		return nil
	},
}

// awsPinpoint is the event stream of Amazon Pinpoint, version 3.1. There is no
// time of the request: the message's earliest event stands in.
// https://docs.aws.amazon.com/pinpoint/latest/developerguide/event-streams-data-sms.html
var awsPinpoint = Format{
	Name: "aws-pinpoint", Provider: "aws", Title: "Amazon Pinpoint event stream, SMS", Shape: "JSON", Events: true,
	Columns:  []string{"event_type", "event_timestamp", "attributes.message_id", "attributes.record_status"},
	Warnings: []string{awsLate},
	fields: fields{
		roleID: "attributes.message_id", roleTo: "attributes.destination_phone_number", roleFrom: "attributes.origination_phone_number",
		roleNetwork: "attributes.carrier_name", roleMCCMNC: "attributes.mcc_mnc", roleCountry: "attributes.iso_country_code",
		roleStatus: "attributes.record_status", roleExtra: "event_type", roleAt: "event_timestamp",
	},
	utc: true,
	finish: func(p *rows, r *Record) error {
		event := p.text(roleExtra)
		r.Seen = r.At
		switch {
		case sameName(event, "smsbuffered"):
			r.State, r.Rank = Passing, 2
		case sameName(event, "smssuccess") && sameName(r.Status, "delivered"):
			r.State, r.Rank, r.Done = Delivered, rankFinal, r.At
		case sameName(event, "smssuccess"):
			r.State, r.Rank, r.Code = NoReceipt, 4, r.Status
		case sameName(event, "smsfailure") && sameName(r.Status, "unknown"):
			r.State, r.Rank, r.Code = Unanswered, rankFinal, r.Status
		case sameName(event, "smsfailure"):
			r.State, r.Rank, r.Code = Failed, rankFinal, r.Status
		case sameName(event, "smsoptout"):
			// It is about the recipient, not about this message: any other event counts more.
			r.State, r.Rank, r.Code = Failed, 1, event
		default:
			return errSkip // _email.*, _campaign.* …
		}
		return nil
	},
}
