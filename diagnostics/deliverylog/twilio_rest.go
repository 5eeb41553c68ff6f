package deliverylog

var twilioMessageFields = fields{
	roleID: "sid", roleTo: "to", roleFrom: "from", roleStatus: "status", roleCode: "error_code",
	roleSubmitted: "date_created", roleAt: "date_updated|date_sent", roleDirection: "direction",
	roleNetwork: "carrier|network|operator", roleMCCMNC: "mccmnc", roleCountry: "country", roleVerified: "verifiedat",
}

// The estimate that stands in for the delivery time of the API's messages.
const twilioUpdated = "Twilio's API has no delivery time: delay is the last update less the creation, an estimate"

// twilioREST is the Message resource of the API, alone or in list pages; names
// in camelCase, as SDKs and the command-line client write them, too. One object
// a message; pages fetched at different times repeat some.
// https://www.twilio.com/docs/messaging/api/message-resource
var twilioREST = Format{
	Name: "twilio-rest", Provider: "twilio", Title: "Twilio Message resource (API pages)", Shape: "JSON",
	Columns:  []string{"sid", "to", "status", "date_created", "date_updated", "uri|subresource_uris|api_version"},
	Warnings: []string{twilioUpdated},
	fields:   twilioMessageFields, words: twilioWords, utc: true, finish: finishTwilioMessage,
}

// twilioBulk is the export of a day, JSON lines, or the CSV that tools make of it.
// https://www.twilio.com/docs/usage/bulkexport/day
var twilioBulk = Format{
	Name: "twilio-bulk", Provider: "twilio", Title: "Twilio bulk export", Shape: "JSON or CSV",
	Columns:  []string{"sid", "to", "status", "date_created", "date_updated", "direction|num_segments"},
	Warnings: []string{twilioUpdated},
	fields:   twilioMessageFields, words: twilioWords, utc: true, finish: finishTwilioMessage,
}

// finishTwilioMessage takes the last update of a delivered message as its
// delivery: that is the receipt, unless the message was changed later.
func finishTwilioMessage(p *rows, r *Record) error {
	if r.State == Delivered {
		r.Done = r.At
	}
	return finishTwilio(p, r)
}
