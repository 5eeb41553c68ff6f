package deliverylog

// awsUsage is the daily SMS usage report of Amazon SNS. It has one row a part of
// a message: one failed part fails the message, and only if every part was
// accepted by the phone is it delivered. There is no delivery time.
// https://docs.aws.amazon.com/sns/latest/dg/sms_stats_usage.html
var awsUsage = Format{
	Name: "aws-sns-usage", Provider: "aws", Title: "Amazon SNS daily usage report", Shape: "CSV",
	Columns: []string{"PublishTimeUTC", "MessageId", "DestinationPhoneNumber", "DeliveryStatus"},
	fields: fields{
		roleID: "messageid", roleTo: "destinationphonenumber", roleStatus: "deliverystatus", roleSubmitted: "publishtimeutc|publishtime",
	},
	utc: true,
	finish: func(p *rows, r *Record) error {
		switch {
		case len(r.Status) == 0:
			return errNoStatus
		case acceptedByPhone(r.Status):
			r.State, r.Rank = Delivered, rankFinal
		case acceptedByCarrier(r.Status):
			r.State, r.Rank = NoReceipt, rankFinal+1
		default:
			r.State, r.Rank, r.Code = Failed, rankFinal+2, r.Status
		}
		return nil
	},
}
