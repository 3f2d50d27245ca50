package sm2_test

import (
	"encoding/hex"
	"fmt"

	"github.com/sluice-engine/sluice/kernels"
	"github.com/sluice-engine/sluice/kernels/sm2"
)

// The example of GB/T 32918.5: the digest covers the signer's identity and key.
func Example() {
	key, _ := hex.DecodeString("0409f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020" +
		"ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13")
	rs, _ := hex.DecodeString("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3" +
		"b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa")
	xy, err := sm2.DecodeKey(key)
	if err != nil {
		fmt.Println(err)
		return
	}
	b := kernels.New(sm2.Kernel, 0, 2, 0)
	for _, id := range []string{sm2.DefaultID, "somebody else"} {
		e, err := sm2.Digest([]byte(id), xy[:], []byte("message digest"))
		if err == nil {
			err = sm2.Append(b, e[:], rs, xy[:])
		}
		if err != nil {
			fmt.Println(err)
			return
		}
	}
	sm2.Kernel.Run(b, 0, b.Len())
	fmt.Println(b.Verdict(0), b.Verdict(1))
	// Output: valid invalid
}
