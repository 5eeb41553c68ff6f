package deliverylog

// twilioEvents are the message status events of Event Streams: CloudEvents, one
// an object or arrays of them, repeated and in any order. mcc and mnc in them
// belong to the sender, so they are left alone.
// https://www.twilio.com/docs/events/event-types/messaging/outbound-message
var twilioEvents = Format{
	Name: "twilio-events", Provider: "twilio", Title: "Twilio Event Streams, message status", Shape: "JSON", Events: true,
	Columns: []string{"data.messageSid", "data.messageStatus"},
	fields: fields{
		roleID: "data.messagesid", roleTo: "data.to", roleFrom: "data.from", roleStatus: "data.messagestatus", roleCode: "data.errorcode",
		roleAt: "data.timestamp|time|data.dateupdated",
	},
	words: twilioWords, utc: true,
	finish: func(p *rows, r *Record) error {
		r.Seen = r.At
		if r.State == Delivered {
			r.Done = r.At
		}
		return finishTwilio(p, r)
	},
}
