package number

import (
	"strings"
	"testing"
)

func TestReserved(t *testing.T) {
	for _, c := range []struct {
		e164, country string
		lineType      LineType
	}{
		{"+447700900000", "GB", Mobile},
		{"+447700900999", "GB", Mobile},
		{"+441632960123", "GB", FixedLine},
		{"+441134960123", "GB", FixedLine},
		{"+441214960123", "GB", FixedLine},
		{"+441614960123", "GB", FixedLine},
		{"+441914980123", "GB", FixedLine},
		{"+442079460018", "GB", FixedLine},
		{"+442896496123", "GB", FixedLine},
		{"+442920180123", "GB", FixedLine},
		{"+443069990123", "GB", UAN},
		{"+448081570123", "GB", TollFree},
		{"+449098790123", "GB", PremiumRate},
		{"+12025550100", "US", FixedLineOrMobile},
		{"+14165550199", "CA", FixedLineOrMobile},
		{"+18005550199", "US", TollFree},
		{"+33199001234", "FR", FixedLine},
		{"+33261911234", "FR", FixedLine},
		{"+33353011234", "FR", FixedLine},
		{"+33465711234", "FR", FixedLine},
		{"+33536491234", "FR", FixedLine},
		{"+33639981234", "FR", Mobile},
		{"+493023125123", "DE", FixedLine},
		{"+492214710123", "DE", FixedLine},
		{"+4915228817386", "DE", Mobile},
		{"+4917604069012", "DE", Mobile},
		{"+491713920012", "DE", Mobile},
		{"+46701740605", "SE", Mobile},
		{"+46313900600", "SE", FixedLine},
		{"+46846500499", "SE", FixedLine},
		{"+61491570006", "AU", Mobile},
		{"+61491579455", "AU", Mobile},
		{"+61255501234", "AU", FixedLine},
		{"+611800160401", "AU", TollFree},
		{"+353209112345", "IE", FixedLine},
	} {
		n := Check(c.e164, "")
		if !n.Reserved || !n.Valid || n.E164 != c.e164 || n.Country != c.country || n.Type != c.lineType || len(n.Corrections) > 0 {
			t.Errorf("%s is not reserved as it should be: %+v", c.e164, n)
		}
		if m := ParseMSISDN([]byte(c.e164), ""); !Classify(m).Reserved {
			t.Errorf("Classify(%s) = %+v", c.e164, Classify(m))
		}
	}
	for _, near := range []string{"+447700901000", "+447700899999", "+12025550200", "+12025550099", "+33639991234", "+46701740604", "+61491570007", "+4915228817387", "+441632961123", "+442079461018"} {
		if n := Check(near, ""); n.Reserved {
			t.Errorf("%s is reserved", near)
		}
	}
}

func TestKnownVOIP(t *testing.T) {
	if n := Check("+4932123456789", ""); n.Type != VOIP || n.CanReceiveSMS != Unlikely || n.Reserved {
		t.Errorf("032 in Germany: %+v", n)
	}
	if n := Check("+34511234567", ""); n.Type != UAN || n.CanReceiveSMS != Unlikely || !strings.Contains(strings.Join(n.Advice, " "), "VOIP") {
		t.Errorf("51 in Spain: %+v", n)
	}
}
