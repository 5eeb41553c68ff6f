package message

import (
	"fmt"
	"strings"
	"testing"

	"cli.otpdoctor/diagnostics/reason"
)

// TestStatusWords reads one message a word of each provider, an hour and more
// before the log's end, so that words that are not final give unconfirmed.
func TestStatusWords(t *testing.T) {
	sns := func(status, text string) string {
		return fmt.Sprintf(`{"notification":{"messageId":"m","timestamp":"2026-03-10 08:00:00"},"delivery":{"destination":"+447700900001","providerResponse":%q,"dwellTimeMsUntilDeviceAck":1000},"status":%q}`, text, status)
	}
	eum := func(status string, after int64) string {
		return fmt.Sprintf(`{"eventType":"TEXT_%s","eventTimestamp":%d,"destinationPhoneNumber":"+447700900001","messageId":"m","messageRequestTimestamp":1773129600000,"messageStatus":%q}`, status, 1773129600000+after*1000, status)
	}
	pinpoint := func(event, status string, at int64) string {
		return fmt.Sprintf(`{"event_type":"_SMS.%s","event_timestamp":%d,"attributes":{"message_id":"m","destination_phone_number":"+447700900001","record_status":%q}}`, event, 1773129600000+at*1000, status)
	}
	usage := func(texts ...string) string {
		s := "PublishTimeUTC,MessageId,DestinationPhoneNumber,MessageType,DeliveryStatus,PriceInUSD,PartNumber,TotalParts\n"
		for i, text := range texts {
			s += fmt.Sprintf("2026-03-10T08:00:00.%03dZ,m,+447700900001,Transactional,%s,0.1,%d,%d\n", i, text, i, len(texts))
		}
		return s
	}
	const phone, network = "Message has been accepted by phone", "Message has been accepted by phone carrier"
	azure := func(status, details string) string {
		return fmt.Sprintf(`[{"eventType":"Microsoft.Communication.SMSDeliveryReportReceived","data":{"messageId":"m","to":"+447700900001","deliveryStatus":%q,"deliveryStatusDetails":%q,"receivedTimestamp":"2026-03-10T08:00:00Z"}}]`, status, details)
	}
	vonage := func(rows ...string) (s string) {
		for _, r := range rows {
			status, code, _ := strings.Cut(r, ":")
			s += fmt.Sprintf(`{"msisdn":"447700900001","to":"X","messageId":"m","status":%q,"err-code":%q,"message-timestamp":"2026-03-10 08:00:00"}`+"\n", status, code)
		}
		return s
	}
	infobip := func(rows ...[3]int) (s string) {
		for _, r := range rows {
			s += fmt.Sprintf(`{"results":[{"messageId":"m","to":"447700900001","sentAt":"2026-03-10T08:00:00.000+0000","doneAt":"2026-03-10T08:00:09.000+0000","status":{"groupId":%d,"id":%d,"name":"X"},"error":{"id":%d,"permanent":true}}]}`+"\n", r[0], r[1], r[2])
		}
		return s
	}
	sinch := func(rows ...string) (s string) {
		for _, r := range rows {
			status, code, _ := strings.Cut(r, ":")
			s += fmt.Sprintf(`{"type":"recipient_delivery_report_sms","batch_id":"m","recipient":"447700900001","status":%q,"code":%s,"at":"2026-03-10T08:00:00Z"}`+"\n", status, code)
		}
		return s
	}
	messagebird := func(status, why, code string) string {
		return fmt.Sprintf("id=m&recipient=447700900001&status=%s&statusDatetime=2026-03-10T08:00:00%%2B00:00&statusReason=%s&statusErrorCode=%s\n", status, strings.ReplaceAll(why, " ", "+"), code)
	}
	plivo := func(rows ...string) (s string) {
		for _, r := range rows {
			status, code, _ := strings.Cut(r, ":")
			s += fmt.Sprintf("From=1&To=447700900001&Status=%s&MessageUUID=m&Units=1&ErrorCode=%s\n", status, code)
		}
		return s
	}
	telnyx := func(status, code string) string {
		return fmt.Sprintf(`{"data":{"event_type":"message.finalized","id":"e","occurred_at":"2026-03-10T08:00:05Z","payload":{"id":"m","direction":"outbound","type":"SMS","to":[{"phone_number":"+447700900001","status":%q}],"received_at":"2026-03-10T08:00:00Z","errors":[{"code":%q}]}}}`, status, code)
	}
	record := func(status, code string) string {
		return "uuid,cld,status,created_at,errors,direction\nm,+447700900001," + status + ",2026-03-10T08:00:00Z," + code + ",outbound\n"
	}
	bandwidth := func(status, code string) string {
		return fmt.Sprintf(`[{"type":%q,"time":"2026-03-10T08:00:05Z","to":"+447700900001","errorCode":%s,"message":{"id":"m","time":"2026-03-10T08:00:00Z","direction":"out"}}]`, status, code)
	}
	bandwidthList := func(status, code string) string {
		return fmt.Sprintf(`{"messages":[{"messageId":"m","destinationTn":"+447700900001","messageStatus":%q,"messageDirection":"OUTBOUND","messageType":"sms","errorCode":%s,"receiveTime":"2026-03-10T08:00:00Z"}]}`, status, code)
	}
	receipt := func(stat, err string) string {
		return "id:m sub:001 dlvrd:000 submit date:2603100800 done date:2603100801 stat:" + stat + " err:" + err + " text:x\n"
	}
	twilio := func(status, code string) string {
		return "From,To,Body,Status,SentDate,ErrorCode,Sid,Direction\nX,+447700900001,,sent,2026-03-10T12:00:00Z,,last,outbound-api\nX,+447700900001,," + status + ",2026-03-10T08:00:00Z," + code + ",m,outbound-api\n"
	}
	tests := []struct {
		text string
		want string // status and reason
	}{
		{twilio("delivered", ""), "delivered delivered"}, {twilio("read", ""), "delivered delivered"}, {twilio("DELIVERED", "0"), "delivered delivered"},
		{twilio("undelivered", "30003"), "failed handset_unreachable"}, {twilio("failed", ""), "failed unknown"}, {twilio("failed", "39999"), "failed unknown"},
		{twilio("canceled", ""), "failed unknown"}, {twilio("sent", ""), "unconfirmed unknown"}, {twilio("queued", ""), "unconfirmed unknown"},
		{twilio("scheduled", ""), "unconfirmed unknown"}, {twilio("partially_delivered", ""), "unconfirmed unknown"}, {twilio("whatever", "30003"), "unconfirmed unknown"},

		{sns("SUCCESS", phone), "delivered delivered"}, {sns("SUCCESS", phone+"."), "delivered delivered"}, {sns("SUCCESS", network), "unconfirmed unknown"},
		{sns("SUCCESS", "Something else"), "unconfirmed unknown"}, {sns("FAILURE", "Blocked as spam by phone carrier"), "failed spam_filtered"},
		{sns("FAILURE", "phone number is opted out."), "failed opted_out"}, {sns("FAILURE", "Unheard of"), "failed unknown"},
		{sns("FAILURE", "Invalid phone number") + "\n" + sns("SUCCESS", phone), "delivered delivered"},
		{usage(phone), "delivered delivered"}, {usage(phone, phone), "delivered delivered"}, {usage(phone, network), "unconfirmed unknown"},
		{usage(phone, "Invalid phone number", network), "failed number_invalid"},
		{eum("DELIVERED", 5), "delivered delivered"}, {eum("SUCCESSFUL", 5), "unconfirmed unknown"}, {eum("QUEUED", 0), "in_flight unknown"},
		{eum("BLOCKED", 5), "failed opted_out"}, {eum("TTL_EXPIRED", 5), "failed expired"}, {eum("CARRIER_UNREACHABLE", 5), "failed carrier_error"},
		{eum("UNREACHABLE", 5), "failed handset_unreachable"}, {eum("INVALID", 5), "failed number_invalid"}, {eum("INVALID_MESSAGE", 5), "failed content_invalid"},
		{eum("CARRIER_BLOCKED", 5), "failed spam_filtered"}, {eum("SPAM", 5), "failed spam_filtered"}, {eum("PROTECT_BLOCKED", 5), "failed sender_not_permitted"},
		{eum("UNKNOWN", 5), "failed unknown"}, {eum("UNKNOWN", 72*3600), "unconfirmed unknown"}, {eum("UNKNOWN", 72*3600-1), "failed unknown"},
		{eum("NEW_WORD", 3600), "unconfirmed unknown"}, {eum("SUCCESSFUL", 9) + eum("UNREACHABLE", 5), "failed handset_unreachable"},
		{eum("DELIVERED", 5) + eum("SUCCESSFUL", 9) + eum("PENDING", 99), "delivered delivered"},
		{pinpoint("SUCCESS", "DELIVERED", 5), "delivered delivered"}, {pinpoint("SUCCESS", "SUCCESSFUL", 5), "unconfirmed unknown"},
		{pinpoint("BUFFERED", "DELIVERED", 5), "in_flight unknown"}, {pinpoint("FAILURE", "UNREACHABLE", 5), "failed handset_unreachable"},
		{pinpoint("FAILURE", "UNKNOWN", 5), "failed unknown"}, {pinpoint("FAILURE", "UNKNOWN", 72*3600) + pinpoint("BUFFERED", "PENDING", 0), "unconfirmed unknown"},
		{pinpoint("SUCCESS", "DELIVERED", 5) + pinpoint("OPTOUT", "OPTED_OUT", 50), "delivered delivered"}, {pinpoint("FAILURE", "No quota left for account", 5), "failed account"},

		{azure("Delivered", "No error."), "delivered delivered"}, {azure("Failed", "4006"), "failed handset_unreachable"}, {azure("Failed", "5002"), "unconfirmed unknown"},
		{azure("Failed", "Destination carrier does not support delivery report, message may have been delivered"), "unconfirmed unknown"},
		{azure("Failed", "Message is opted out of receiving messages."), "failed opted_out"}, {azure("Failed", "unlisted wording"), "failed unknown"},

		{vonage("delivered:0"), "delivered delivered"}, {vonage("accepted:7"), "in_flight unknown"}, {vonage("failed:8"), "failed carrier_error"}, {vonage("expired:0"), "failed expired"},
		{vonage("unknown:1"), "unconfirmed unknown"}, {vonage("new:8"), "in_flight unknown"}, {vonage("unknown:1", "failed:8", "accepted:0"), "failed carrier_error"},
		{vonage("delivered:0", "failed:8"), "delivered delivered"}, {vonage("rejected:9999"), "failed unknown"},

		{infobip([3]int{3, 5, 0}), "delivered delivered"}, {infobip([3]int{3, 2, 0}), "in_flight unknown"}, {infobip([3]int{1, 3, 0}), "in_flight unknown"},
		{infobip([3]int{2, 4, 0}), "failed carrier_error"}, {infobip([3]int{2, 9, 27}), "failed handset_unreachable"}, {infobip([3]int{4, 15, 0}), "failed expired"},
		{infobip([3]int{4, 29, 0}), "unconfirmed unknown"}, {infobip([3]int{5, 12, 0}), "failed account"}, {infobip([3]int{7, 1, 27}), "in_flight unknown"},
		{infobip([3]int{2, 9, 1}, [3]int{3, 5, 0}, [3]int{1, 7, 0}), "delivered delivered"}, {infobip([3]int{3, 5, 0}, [3]int{2, 9, 1}), "delivered delivered"},
		{infobip([3]int{4, 29, 0}, [3]int{3, 2, 0}), "unconfirmed unknown"}, {infobip([3]int{5, 87, 0}), "failed provider_blocked"},

		{sinch("Delivered:0"), "delivered delivered"}, {sinch("Queued:400"), "in_flight unknown"}, {sinch("Dispatched:401"), "in_flight unknown"}, {sinch("Unknown:399"), "unconfirmed unknown"},
		{sinch("Expired:0"), "failed expired"}, {sinch("Rejected:60"), "failed sender_unregistered"}, {sinch("Dispatched:401", `Failed:"153"`, "Queued:400"), "failed handset_unreachable"},
		{sinch("Newword:153"), "in_flight unknown"},

		{messagebird("delivered", "successfully delivered", ""), "delivered delivered"}, {messagebird("sent", "", ""), "in_flight unknown"},
		{messagebird("expired", "DLR not received", ""), "unconfirmed unknown"}, {messagebird("expired", "expired", ""), "failed expired"},
		{messagebird("delivery_failed", "unknown subscriber", "1"), "failed unknown_subscriber"}, {messagebird("delivery_failed", "received network error", "34"), "failed carrier_error"},
		{messagebird("strange", "unknown subscriber", "1"), "in_flight unknown"},

		{plivo("queued:", "sent:", "delivered:"), "delivered delivered"}, {plivo("delivered:000", "sent:"), "delivered delivered"}, {plivo("sent:"), "unconfirmed unknown"},
		{plivo("undelivered:30"), "failed spam_filtered"}, {plivo("failed:"), "failed unknown"}, {plivo("odd:30"), "unconfirmed unknown"},

		{telnyx("delivered", ""), "delivered delivered"}, {telnyx("sent", ""), "in_flight unknown"}, {telnyx("delivery_unconfirmed", ""), "unconfirmed unknown"},
		{telnyx("sending_failed", "40300"), "failed opted_out"}, {telnyx("delivery_failed", "40002"), "failed spam_filtered"}, {telnyx("expired", ""), "failed expired"}, {telnyx("odd", "40002"), "in_flight unknown"},
		{record("delivered", ""), "delivered delivered"}, {record("gw_timeout", ""), "failed " + reason.Of("telnyx", "", "gw_timeout").String()}, {record("dlr_timeout", ""), "unconfirmed unknown"},
		{record("dlr_unconfirmed", "40008"), "unconfirmed unknown"}, {record("failed", "40300;40008"), "failed opted_out"}, {record("sent", "40300"), "in_flight unknown"},

		{bandwidth("message-delivered", "0"), "delivered delivered"}, {bandwidth("message-sending", "0"), "in_flight unknown"}, {bandwidth("message-failed", "4720"), "failed number_invalid"},
		{bandwidth("message-failed", "9902"), "unconfirmed unknown"}, {bandwidth("message-odd", "4720"), "in_flight unknown"},
		{bandwidthList("DELIVERED", "0"), "delivered delivered"}, {bandwidthList("UNDELIVERED", "4770"), "failed " + reason.Of("bandwidth", "4770", "").String()}, {bandwidthList("DLR_EXPIRED", "0"), "unconfirmed unknown"},
		{bandwidthList("FAILED", "9902"), "unconfirmed unknown"}, {bandwidthList("RECEIVED", "0"), "in_flight unknown"}, {bandwidthList("OTHER", "4720"), "in_flight unknown"},

		{receipt("DELIVRD", "000"), "delivered delivered"}, {receipt("ENROUTE", "000"), "in_flight unknown"}, {receipt("ACCEPTD", "000"), "in_flight unknown"}, {receipt("UNKNOWN", "000"), "unconfirmed unknown"},
		{receipt("EXPIRED", "000"), "failed expired"}, {receipt("EXPIRED", "006"), "failed handset_unreachable"}, {receipt("UNDELIV", "001"), "failed unknown_subscriber"}, {receipt("undeliv", "013"), "failed unknown_subscriber"},
		{receipt("REJECTD", "000"), "failed unknown"}, {receipt("DELETED", "000"), "failed unknown"}, {receipt("SKIPPED", "000"), "failed unknown"}, {receipt("BUFFRED", "001"), "in_flight unknown"}, {receipt("ODDWORD", "001"), "in_flight unknown"},
	}
	for i, tt := range tests {
		list, res := collect(t, Options{}, tt.text)
		if len(list) == 0 {
			t.Errorf("%d: no message of %s (%+v)", i, tt.text, res.Inputs[0])
			continue
		}
		m := list[len(list)-1]
		if got := m.Status.String() + " " + m.Reason.String(); got != tt.want || m.ID != "m" {
			t.Errorf("%d: %s: got %s (%s), want %s: %s", i, m.Format, got, m.Code, tt.want, strings.TrimSpace(tt.text))
		}
	}
}
