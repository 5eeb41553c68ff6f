package carrier

import (
	"slices"
	"strings"
	"testing"
	"time"

	"cli.otpdoctor/diagnostics/number"
)

const (
	twilio = `{"calling_country_code":"44","country_code":"GB","phone_number":"+447700900187","national_format":"07700 900187","valid":true,"validation_errors":null,
 "line_type_intelligence":{"type":"nonFixedVoip","carrier_name":"Example VoIP","mobile_country_code":"001","mobile_network_code":"01","error_code":null}}`
	twilioLive = `{"calling_country_code":"44","country_code":"GB","phone_number":"+447700900142","valid":true,"line_type_intelligence":null,
 "live_activity":{"connectivity":"connected","original_carrier":{"name":"O2","mobile_country_code":"234","mobile_network_code":"10"},"ported":"true","ported_carrier":{"name":"Vodafone","mobile_country_code":"234","mobile_network_code":"15"},"roaming":"false","roaming_carrier":null,"error_code":null}}`
	telnyx = `{"data":{"country_code":"US","national_format":"(202) 555-0143","phone_number":"+12025550143","valid_number":true,"fraud":null,"record_type":"number_lookup",
 "carrier":{"name":"Example Wireless:1234","type":"fixed line or mobile","normalized_carrier":"Example Wireless","mobile_country_code":"310","mobile_network_code":"410","error_code":null},
 "caller_name":{"caller_name":null,"error_code":null},"portability":{"lrn":"2025550100","ported_status":"Y","ported_date":"2019-05-01","ocn":"0001","line_type":"wireless"}}}`
	vonage = `{"status":0,"status_message":"Success","lookup_outcome":0,"request_id":"x","international_format_number":"33639981234","national_format_number":"06 39 98 12 34",
 "country_code":"FR","country_code_iso3":"FRA","country_name":"France","country_prefix":"33","current_carrier":{"network_code":"20801","name":"Orange France","country":"FR","network_type":"mobile"},
 "original_carrier":{"network_code":"20810","name":"SFR","country":"FR","network_type":"mobile"},"valid_number":"valid","reachable":"absent","ported":"ported","roaming":{"status":"not_roaming"}}`
	hlr = `{"id":"x","msisdn":"+447700900501","connectivity_status":"ABSENT","mccmnc":"23415","mcc":"234","mnc":"15","imsi":null,"msc":null,"original_network_name":"O2","original_country_code":"GB",
 "is_ported":true,"ported_network_name":"Vodafone","is_roaming":false,"processing_status":"COMPLETED","error_code":null,"timestamp":"2026-03-01T10:11:12Z"}`
)

func TestReadLookup(t *testing.T) {
	for _, c := range []struct {
		name, in, number string
		want             Entry
	}{
		{"twilio", twilio, "+447700900187", Entry{"Example VoIP", "GB", number.VOIP, "nonFixedVoip", "unknown", "unknown", "unknown", time.Time{}, "twilio"}},
		{"twilio live activity", twilioLive, "+447700900142", Entry{"Vodafone", "GB", number.UnknownType, "", "yes", "no", "yes", time.Time{}, "twilio"}},
		{"twilio csv", "phone_number,country_code,line_type_intelligence.type,line_type_intelligence.carrier_name\n+447700900187,GB,mobile,O2\n", "+447700900187",
			Entry{"O2", "GB", number.Mobile, "mobile", "unknown", "unknown", "unknown", time.Time{}, "twilio"}},
		{"telnyx", telnyx, "+12025550143", Entry{"Example Wireless", "US", number.FixedLineOrMobile, "fixed line or mobile", "yes", "unknown", "unknown", time.Time{}, "telnyx"}},
		{"telnyx list", `{"data":[` + telnyx + `]}`, "+12025550143", Entry{"Example Wireless", "US", number.FixedLineOrMobile, "fixed line or mobile", "yes", "unknown", "unknown", time.Time{}, "telnyx"}},
		{"vonage", vonage, "+33639981234", Entry{"Orange France", "FR", number.Mobile, "mobile", "yes", "no", "no", time.Time{}, "vonage"}},
		{"hlr", hlr, "+447700900501", Entry{"Vodafone", "GB", number.UnknownType, "", "yes", "no", "no", time.Date(2026, 3, 1, 10, 11, 12, 0, time.UTC), "hlr"}},
		{"array", "[" + twilio + "," + hlr + "]", "+447700900501", Entry{"Vodafone", "GB", number.UnknownType, "", "yes", "no", "no", time.Date(2026, 3, 1, 10, 11, 12, 0, time.UTC), "hlr"}},
		{"lines, one broken", strings.ReplaceAll(twilio, "\n", "") + "\n{\"broken\n" + strings.ReplaceAll(hlr, "\n", ""), "+447700900501",
			Entry{"Vodafone", "GB", number.UnknownType, "", "yes", "no", "no", time.Date(2026, 3, 1, 10, 11, 12, 0, time.UTC), "hlr"}},
		{"plain csv", "\ufeffPhone;Carrier;Line type;Ported;Date\n447700900187;O2;Landline;no;2026-03-01\n", "+447700900187",
			Entry{"O2", "", number.FixedLine, "Landline", "no", "unknown", "unknown", time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC), ""}},
		{"plain csv with a code", "msisdn,mcc,mnc\n+447700900187,234,10\n", "+447700900187", Entry{"O2", "GB", number.UnknownType, "", "unknown", "unknown", "unknown", time.Time{}, ""}},
		{"network by its code", `{"msisdn":447700900187,"network":23410,"status":"absent"}`, "+447700900187",
			Entry{"O2", "GB", number.UnknownType, "", "unknown", "unknown", "no", time.Time{}, ""}},
		{"twilio v1", `{"caller_name":null,"country_code":"GB","phone_number":"+447700900187","carrier":{"mobile_country_code":"234","mobile_network_code":"10","name":"O2","type":"mobile","error_code":null}}`,
			"+447700900187", Entry{"O2", "GB", number.Mobile, "mobile", "unknown", "unknown", "unknown", time.Time{}, ""}},
		{"vonage identity insights", `{"request_id":"x","insights":{"format":{"country_code":"GB","number_international":"447700900187"},"current_carrier":{"name":"O2","network_type":"MOBILE","country_code":"GB","network_code":"23410"}}}`,
			"+447700900187", Entry{"O2", "GB", number.Mobile, "MOBILE", "unknown", "unknown", "unknown", time.Time{}, "vonage"}},
		{"infobip", `{"results":[{"to":"447700900187","mccMnc":"23410","originalNetwork":{"networkName":"O2"},"ported":false,"roaming":true,"status":{"groupName":"DELIVERED"}}]}`,
			"+447700900187", Entry{"O2", "GB", number.Mobile, "mobile", "no", "yes", "yes", time.Time{}, "hlr"}},
		{"pinpoint", `{"NumberValidateResponse":{"Carrier":"O2","CleansedPhoneNumberE164":"+447700900187","CountryCodeIso2":"GB","PhoneType":"MOBILE"}}`,
			"+447700900187", Entry{"O2", "GB", number.Mobile, "MOBILE", "unknown", "unknown", "unknown", time.Time{}, ""}},
		{"sinch", `{"number":"+447700900187","countryCode":"GB","line":{"carrier":"O2","type":"Mobile","mobileCountryCode":"234","mobileNetworkCode":"10","ported":true}}`,
			"+447700900187", Entry{"O2", "GB", number.Mobile, "Mobile", "yes", "unknown", "unknown", time.Time{}, ""}},
		{"newest wins", "number,carrier,at\n+447700900187,New,2026-03-02\n+447700900187,Old,2026-03-01\n", "+447700900187",
			Entry{"New", "", number.UnknownType, "", "unknown", "unknown", "unknown", time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC), ""}},
		{"by number", `{"+447700900187":{"carrier":"O2","type":"mobile"}}`, "+447700900187", Entry{"O2", "", number.Mobile, "mobile", "unknown", "unknown", "unknown", time.Time{}, ""}},
	} {
		l, err := ReadLookup("lookup", strings.NewReader(c.in))
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		got, ok := l.Get(number.ParseMSISDN([]byte(c.number), ""))
		if !ok || got != c.want {
			t.Errorf("%s: got %+v, want %+v", c.name, got, c.want)
		}
	}
}

func TestReadLookupErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"", "lookup: the lookup file is empty"},
		{" \n", "lookup: the lookup file is empty"},
		{"a,b\n1,2\n", "lookup:1: no column for the phone number among a, b"},
		{"[1,2]", "lookup: no lookup results in it"},
		{"{\"a\":\n}x", "lookup:1: not JSON"},
		{"number,carrier\nhello,O2\n", "none of 1 records"},
	} {
		if _, err := ReadLookup("lookup", strings.NewReader(c.in)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("ReadLookup(%q) says %v, want %q", c.in, err, c.want)
		}
	}
}

func TestCheckWithLookup(t *testing.T) {
	l, err := ReadLookup("lookup", strings.NewReader("["+strings.Join([]string{twilio, twilioLive, telnyx, vonage, hlr}, ",")+"]"))
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		in, carrier string
		source      Source
		lineType    number.LineType
		receive     string
		say         string
	}{
		{"+4407700900187", "Example VoIP", FromLookup, number.VOIP, number.Unlikely, "The lookup disagrees with the numbering plan"},
		{"+447700900142", "Vodafone", FromLookup, number.Mobile, number.Yes, ""},
		{"+12025550143", "Example Wireless", FromLookup, number.FixedLineOrMobile, number.Unknown, ""},
		{"+33639981234", "Orange France", FromLookup, number.Mobile, number.Yes, "could not be reached when it was looked up"},
		{"+447700900501", "Vodafone", FromLookup, number.Mobile, number.Yes, "could not be reached on 1 March 2026, 10:11 UTC"},
		{"+447700900999", "O2", Prefix, number.Mobile, number.Yes, ""},
	} {
		got := Check(c.in, "", l)
		if got.Carrier != c.carrier || got.CarrierSource != c.source || got.Type != c.lineType || got.CanReceiveSMS != c.receive {
			t.Errorf("Check(%q) = %+v", c.in, got)
		}
		if c.say != "" && !slices.ContainsFunc(got.Advice, func(s string) bool { return strings.Contains(s, c.say) }) {
			t.Errorf("Check(%q) advises %q, want %q", c.in, got.Advice, c.say)
		}
	}
}

// FuzzReadLookup: no input panics, and every entry has a number.
func FuzzReadLookup(f *testing.F) {
	for _, s := range []string{twilio, twilioLive, telnyx, vonage, hlr, "[" + twilio + "," + hlr + "]", "number,carrier\n+447700900187,O2\n", "{}\n{\"", "\ufeff[[{}]]"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		l, err := ReadLookup("x", strings.NewReader(string(data)))
		if (l == nil) != (err != nil) {
			t.Errorf("%v and %v", l, err)
		}
		if l != nil {
			for m := range l.entries {
				if m == 0 || m.IsOdd() {
					t.Errorf("entry for %d", m)
				}
			}
		}
	})
}
