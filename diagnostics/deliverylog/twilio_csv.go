package deliverylog

// The status words of a message of Twilio's. "sent" says that the next carrier
// took it, and may be the last word for ever.
// https://www.twilio.com/docs/messaging/api/message-resource#message-status-values
var twilioWords = words{
	"accepted": waiting, "scheduled": waiting,
	"queued":    queued,
	"sending":   {Passing, rankSending},
	"sent":      passing,
	"delivered": delivered, "read": delivered,
	"undelivered": failed, "failed": failed, "canceled": failed,
	"partiallydelivered": noReceipt, // group and RCS messages only
}

// twilioCSV is the Console's export. It has one row a message, its last state;
// SentDate is the API's date_sent. Neither carrier nor delivery time are in it.
// Rows of downloads that were pasted together repeat. Also CSV made of the bulk
// export, which uses the API's names.
var twilioCSV = Format{
	Name: "twilio-csv", Provider: "twilio", Title: "Twilio Console message log", Shape: "CSV",
	Columns: []string{"Sid", "To", "Status", "SentDate|DateSent", "AccountSid|Direction|ErrorCode"},
	fields: fields{
		roleID: "sid", roleTo: "to", roleFrom: "from", roleStatus: "status", roleCode: "errorcode",
		roleSubmitted: "sentdate|datesent", roleAt: "dateupdated", roleDirection: "direction",
		// Columns that people add in a spreadsheet.
		roleNetwork: "carrier|network|operator", roleMCCMNC: "mccmnc", roleCountry: "country", roleVerified: "verifiedat",
	},
	words: twilioWords, tables: true, utc: true, finish: finishTwilio, alike: true,
}

// finishTwilio leaves inbound messages out, whose status tells where the
// direction is missing, and takes error code 0 as none.
func finishTwilio(p *rows, r *Record) error {
	if sameName(r.Status, "received") || sameName(r.Status, "receiving") {
		return errSkip
	}
	if isZero(r.Code) {
		r.Code = nil
	}
	return nil
}
