package deliverylog

// twilioCallback is the StatusCallback request as somebody logged it: form body,
// query string, JSON or CSV of its parameters. The request has no time of its
// own: RawDlrDoneDate has minute steps and an unknown zone, so that it must not
// be compared with anything.
// https://www.twilio.com/docs/messaging/guides/track-outbound-message-status
var twilioCallback = Format{
	Name: "twilio-callback", Provider: "twilio", Title: "Twilio StatusCallback requests", Shape: "form, JSON or CSV", Events: true,
	Columns: []string{request("MessageSid|SmsSid"), request("MessageStatus|SmsStatus")},
	fields: fields{
		roleID: request("messagesid|smssid"), roleTo: request("to"), roleFrom: request("from"), roleStatus: request("messagestatus|smsstatus"),
		roleCode:     request("errorcode"),
		roleLineTime: loggedAt,
	},
	words: twilioWords, utc: true,
	finish: func(p *rows, r *Record) error {
		if r.State == Delivered {
			r.Done = r.Seen
		}
		return finishTwilio(p, r)
	},
}
