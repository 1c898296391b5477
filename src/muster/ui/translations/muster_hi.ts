<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE TS>
<TS version="2.1" language="hi" sourcelanguage="en">
    <context>
        <name>Muster</name>
        <message>
            <source>, </source>
            <translation>, </translation>
        </message>
        <message>
            <source>25 % above</source>
            <translation>25 % ऊपर</translation>
        </message>
        <message>
            <source>25 % below</source>
            <translation>25 % नीचे</translation>
        </message>
        <message>
            <source>A + may stand before them.</source>
            <translation>उनके पहले + हो सकता है।</translation>
        </message>
        <message>
            <source>A PDF that is kept as it was shared; it cannot be shown here.</source>
            <translation>PDF जैसा साझा किया गया वैसा ही रखा गया है; इसे यहाँ दिखाया नहीं जा सकता।</translation>
        </message>
        <message>
            <source>A biometric file of the packet is made as no client makes it. It was not looked into.</source>
            <translation>पैकेट की एक बायोमेट्रिक फ़ाइल ऐसे बनी है जैसे कोई प्रोग्राम नहीं बनाता। उसे जाँचा नहीं गया।</translation>
        </message>
        <message>
            <source>A capture has no picture. Take it again.</source>
            <translation>एक कैप्चर में चित्र नहीं है। उसे फिर से लें।</translation>
        </message>
        <message>
            <source>A capture is dated later than the packet. Set the clock of the device or the computer, and take it again.</source>
            <translation>एक कैप्चर का समय पैकेट के बाद का है। उपकरण या कंप्यूटर की घड़ी ठीक करें और कैप्चर फिर से लें।</translation>
        </message>
        <message>
            <source>A capture is not signed by its device. Take it again.</source>
            <translation>एक कैप्चर पर उसके उपकरण के हस्ताक्षर नहीं हैं। उसे फिर से लें।</translation>
        </message>
        <message>
            <source>A capture lies longer before the packet than a server allows. Take it again.</source>
            <translation>एक कैप्चर पैकेट से इतना पहले लिया गया है जितना सर्वर स्वीकार नहीं करता। उसे फिर से लें।</translation>
        </message>
        <message>
            <source>A certification scheme in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दी गई प्रमाणन योजना मानक में नहीं है।</translation>
        </message>
        <message>
            <source>A change counts from now on or later.</source>
            <translation>परिवर्तन अभी से या बाद में लागू होता है।</translation>
        </message>
        <message>
            <source>A chip is opened by the machine-readable lines of the document, or by the six digits on its front. This is neither.</source>
            <translation>चिप दस्तावेज़ की मशीन से पढ़ी जाने वाली पंक्तियों से या उसके सामने छपे छह अंकों से खुलती है। यह दोनों में से कोई नहीं है।</translation>
        </message>
        <message>
            <source>A chip is opened by what is printed on its document: name a file that holds the machine-readable lines or the six digits with --key, or run in a terminal.</source>
            <translation>चिप दस्तावेज़ पर छपी जानकारी से खुलती है: मशीन से पढ़ी जाने वाली पंक्तियों या छह अंकों वाली फ़ाइल --key से बताएँ, या टर्मिनल में चलाएँ।</translation>
        </message>
        <message>
            <source>A corner of the document is folded or covered. Lay it flat and take your hand away.</source>
            <translation>दस्तावेज़ का एक कोना मुड़ा या ढका हुआ है। उसे सीधा रखें और हाथ हटा लें।</translation>
        </message>
        <message>
            <source>A correction needs the number of the request that it answers.</source>
            <translation>सुधार के लिए उस अनुरोध की संख्या चाहिए जिसका यह उत्तर है।</translation>
        </message>
        <message>
            <source>A description file in the packet cannot be read.</source>
            <translation>पैकेट की एक विवरण फ़ाइल पढ़ी नहीं जा सकती।</translation>
        </message>
        <message>
            <source>A device signed a sample in the biometric file and did not say when.</source>
            <translation>एक उपकरण ने बायोमेट्रिक फ़ाइल के नमूने पर हस्ताक्षर किए, पर समय नहीं बताया।</translation>
        </message>
        <message>
            <source>A device signed a sample in the biometric file and did not say which device it is.</source>
            <translation>एक उपकरण ने बायोमेट्रिक फ़ाइल के नमूने पर हस्ताक्षर किए, पर यह नहीं बताया कि वह कौन सा उपकरण है।</translation>
        </message>
        <message>
            <source>A device that is plugged in appears here by itself.</source>
            <translation>जो उपकरण लगाया जाता है वह यहाँ अपने आप दिखता है।</translation>
        </message>
        <message>
            <source>A device's certificate was not valid at the time of the capture that it signed.</source>
            <translation>एक उपकरण का प्रमाणपत्र उस कैप्चर के समय मान्य नहीं था जिस पर उसने हस्ताक्षर किए।</translation>
        </message>
        <message>
            <source>A digit of this number seems to be wrong or missing. Compare it with the card.</source>
            <translation>इस संख्या का एक अंक ग़लत या कम लगता है। कार्ड से मिलाएँ।</translation>
        </message>
        <message>
            <source>A document is missing, unreadable or another person's</source>
            <translation>कोई दस्तावेज़ नहीं है, पढ़ा नहीं जाता या किसी और का है</translation>
        </message>
        <message>
            <source>A document says something else</source>
            <translation>कोई दस्तावेज़ कुछ और कहता है</translation>
        </message>
        <message>
            <source>A document says something else than what stands here. Look at both and decide which is right.</source>
            <translation>कोई दस्तावेज़ यहाँ लिखी बात से अलग बताता है। दोनों देखें और तय करें कि सही कौन सा है।</translation>
        </message>
        <message>
            <source>A document that MiTrust sent cannot be read.</source>
            <translation>MiTrust का भेजा एक दस्तावेज़ पढ़ा नहीं जा सकता।</translation>
        </message>
        <message>
            <source>A document, or the code of a pre-registration on a telephone. No picture is kept.</source>
            <translation>कोई दस्तावेज़, या फ़ोन पर पूर्व-पंजीकरण का कोड। कोई चित्र नहीं रखा जाता।</translation>
        </message>
        <message>
            <source>A field has no id: write the name of the schema's field.</source>
            <translation>एक खाने की id नहीं है: स्कीमा के खाने का नाम लिखें।</translation>
        </message>
        <message>
            <source>A file of the face recognition pack cannot be read: {file}.</source>
            <translation>चेहरा पहचान पैक की एक फ़ाइल पढ़ी नहीं जा सकती: {file}।</translation>
        </message>
        <message>
            <source>A file of the receiver is damaged and cannot be taken over: {file}. Mend or remove it.</source>
            <translation>रिसीवर की एक फ़ाइल क्षतिग्रस्त है और अपनाई नहीं जा सकती: {file}। उसे ठीक करें या हटा दें।</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) cannot be read.</source>
            <translation>चिप की एक फ़ाइल ({file}) पढ़ी नहीं जा सकती।</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not signed by the issuer.</source>
            <translation>चिप की एक फ़ाइल ({file}) पर जारीकर्ता के हस्ताक्षर नहीं हैं।</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not what the issuer signed.</source>
            <translation>चिप की एक फ़ाइल ({file}) वह नहीं है जिस पर जारीकर्ता ने हस्ताक्षर किए थे।</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not whole. Lay the document on again and start again.</source>
            <translation>चिप की एक फ़ाइल ({file}) पूरी नहीं है। दस्तावेज़ को फिर से रखें और दोबारा शुरू करें।</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) says that it is larger than any passport's is.</source>
            <translation>चिप की एक फ़ाइल ({file}) अपना आकार किसी भी पासपोर्ट से बड़ा बताती है।</translation>
        </message>
        <message>
            <source>A file that stations would be told is no JSON: {file}. None was taken.</source>
            <translation>स्टेशनों को बताई जाने वाली एक फ़ाइल JSON नहीं है: {file}। कोई भी नहीं ली गई।</translation>
        </message>
        <message>
            <source>A finger or an eye is marked as an exception: a supervisor has to confirm it.</source>
            <translation>एक उँगली या आँख अपवाद के रूप में दर्ज है: पर्यवेक्षक को इसकी पुष्टि करनी होगी।</translation>
        </message>
        <message>
            <source>A finger or eye that was captured is not good enough. Go back and take it again.</source>
            <translation>ली गई एक उँगली या आँख पर्याप्त अच्छी नहीं है। वापस जाकर फिर से लें।</translation>
        </message>
        <message>
            <source>A key file of this station is missing. Put the folder 'keys' back from your backup.</source>
            <translation>इस स्टेशन की एक कुंजी फ़ाइल नहीं है। अपने बैकअप से 'keys' फ़ोल्डर वापस रखें।</translation>
        </message>
        <message>
            <source>A keyboard on the screen</source>
            <translation>स्क्रीन पर कीबोर्ड</translation>
        </message>
        <message>
            <source>A landmark of the face lies outside the picture.</source>
            <translation>चेहरे का एक बिंदु चित्र के बाहर है।</translation>
        </message>
        <message>
            <source>A length in the record does not fit, at byte {offset}.</source>
            <translation>रिकॉर्ड में एक लंबाई सही नहीं बैठती, बाइट {offset} पर।</translation>
        </message>
        <message>
            <source>A living face was confirmed, after it had been refused: {refused} times.</source>
            <translation>जीवित चेहरे की पुष्टि हुई, पहले इनकार के बाद: {refused} बार।</translation>
        </message>
        <message>
            <source>A moment, please.</source>
            <translation>कृपया एक क्षण रुकें।</translation>
        </message>
        <message>
            <source>A newer set-up file was imported before. Nothing was changed.</source>
            <translation>इससे नई सेट-अप फ़ाइल पहले ही ली जा चुकी है। कुछ नहीं बदला गया।</translation>
        </message>
        <message>
            <source>A number in the biometric file is not one.</source>
            <translation>बायोमेट्रिक फ़ाइल में एक संख्या असल में संख्या नहीं है।</translation>
        </message>
        <message>
            <source>A packet of the same number and with other content came before. Tell your supervisor.</source>
            <translation>इसी संख्या का, पर दूसरी सामग्री वाला पैकेट पहले आ चुका है। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>A packet that was accepted is not where it was put. Restore the backup.</source>
            <translation>स्वीकार किया गया एक पैकेट वहाँ नहीं है जहाँ रखा गया था। बैकअप पुनर्स्थापित करें।</translation>
        </message>
        <message>
            <source>A packet was not kept as it was written. It is not accepted.</source>
            <translation>एक पैकेट वैसा नहीं रखा गया जैसा लिखा गया था। वह स्वीकार नहीं किया गया।</translation>
        </message>
        <message>
            <source>A page came after {seconds} s. Nothing of it was kept.</source>
            <translation>{seconds} सेकंड बाद एक पृष्ठ आया। उसमें से कुछ नहीं रखा गया।</translation>
        </message>
        <message>
            <source>A part of the biometric file has an attribute it must not have.</source>
            <translation>बायोमेट्रिक फ़ाइल के एक भाग में ऐसा गुण है जो वहाँ नहीं होना चाहिए।</translation>
        </message>
        <message>
            <source>A part of the packet does not tell the version of its ID schema as a number.</source>
            <translation>पैकेट का एक भाग अपने पहचान-स्कीमा का संस्करण संख्या के रूप में नहीं बताता।</translation>
        </message>
        <message>
            <source>A part of the packet has two files that differ in case or extension only.</source>
            <translation>पैकेट के एक भाग में दो फ़ाइलें केवल अक्षरों के आकार या एक्सटेंशन में अलग हैं।</translation>
        </message>
        <message>
            <source>A part of the program for judging pictures is missing. Install the program again.</source>
            <translation>चित्र जाँचने वाले प्रोग्राम का एक भाग नहीं है। प्रोग्राम फिर से स्थापित करें।</translation>
        </message>
        <message>
            <source>A part of the program for judging pictures was changed. Install the program again.</source>
            <translation>चित्र जाँचने वाले प्रोग्राम का एक भाग बदला गया है। प्रोग्राम फिर से स्थापित करें।</translation>
        </message>
        <message>
            <source>A part of this update is not what was signed. Copy it again; if it stays so, do not install it.</source>
            <translation>इस अपडेट का एक भाग वह नहीं है जिस पर हस्ताक्षर हुए थे। इसे फिर से कॉपी करें; यदि ऐसा ही रहे तो इंस्टॉल न करें।</translation>
        </message>
        <message>
            <source>A password is needed: name a file that holds it with {option}, or run in a terminal.</source>
            <translation>पासवर्ड चाहिए: {option} से वह फ़ाइल बताएँ जिसमें पासवर्ड है, या टर्मिनल में चलाएँ।</translation>
        </message>
        <message>
            <source>A photo of what cannot be captured</source>
            <translation>जो लिया नहीं जा सकता उसकी तस्वीर</translation>
        </message>
        <message>
            <source>A picture for the simulated devices cannot be read: {file}.</source>
            <translation>सिम्युलेटेड उपकरणों का एक चित्र पढ़ा नहीं जा सकता: {file}।</translation>
        </message>
        <message>
            <source>A picture of this registration is damaged on the disk. Capture it again.</source>
            <translation>इस पंजीकरण का एक चित्र डिस्क पर ख़राब हो गया है। उसे फिर से लें।</translation>
        </message>
        <message>
            <source>A picture of this registration is missing on the disk. Capture it again.</source>
            <translation>इस पंजीकरण का एक चित्र डिस्क पर नहीं है। उसे फिर से लें।</translation>
        </message>
        <message>
            <source>A poor capture is kept: a supervisor has to confirm it.</source>
            <translation>एक कमज़ोर कैप्चर रखा गया है: पर्यवेक्षक को इसकी पुष्टि करनी होगी।</translation>
        </message>
        <message>
            <source>A proofing method needs the secret {key}, which this station does not have. Tell your administrator.</source>
            <translation>एक प्रमाण विधि को गुप्त कुंजी {key} चाहिए, जो इस स्टेशन के पास नहीं है। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>A quality in the biometric file is not a number from 0 to 100.</source>
            <translation>बायोमेट्रिक फ़ाइल में एक गुणवत्ता 0 से 100 के बीच की संख्या नहीं है।</translation>
        </message>
        <message>
            <source>A quality score in the record is neither 0 to 100 nor 255.</source>
            <translation>रिकॉर्ड में एक गुणवत्ता अंक न 0 से 100 है, न 255।</translation>
        </message>
        <message>
            <source>A reason is given for what is rejected or sent back, and for nothing else.</source>
            <translation>कारण केवल उसके लिए दिया जाता है जो अस्वीकार किया या वापस भेजा गया है, और किसी के लिए नहीं।</translation>
        </message>
        <message>
            <source>A request cannot be read: {part} is missing or has a wrong form.</source>
            <translation>अनुरोध पढ़ा नहीं जा सकता: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>A request for bookings cannot be read: {part} is missing or has a wrong form.</source>
            <translation>बुकिंग का अनुरोध पढ़ा नहीं जा सकता: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>A request to relay answers cannot be read: {part} is missing or has a wrong form.</source>
            <translation>उत्तर आगे पहुँचाने का अनुरोध पढ़ा नहीं जा सकता: {part} अनुपस्थित है या उसका रूप गलत है।</translation>
        </message>
        <message>
            <source>A request to sign in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>साइन-इन का अनुरोध पढ़ा नहीं जा सकता: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>A resolution in the record is not within 490 to 1010 pixels per inch.</source>
            <translation>रिकॉर्ड में एक रिज़ॉल्यूशन 490 से 1010 पिक्सेल प्रति इंच के भीतर नहीं है।</translation>
        </message>
        <message>
            <source>A sample in the biometric file does not say what was captured.</source>
            <translation>बायोमेट्रिक फ़ाइल का एक नमूना नहीं बताता कि क्या लिया गया।</translation>
        </message>
        <message>
            <source>A sample in the biometric file has no description.</source>
            <translation>बायोमेट्रिक फ़ाइल के एक नमूने का विवरण नहीं है।</translation>
        </message>
        <message>
            <source>A sample in the biometric file has no record and is not marked as an exception.</source>
            <translation>बायोमेट्रिक फ़ाइल के एक नमूने में रिकॉर्ड नहीं है और वह अपवाद के रूप में दर्ज भी नहीं है।</translation>
        </message>
        <message>
            <source>A sample in the biometric file is marked as an exception, and has a record all the same.</source>
            <translation>बायोमेट्रिक फ़ाइल का एक नमूना अपवाद के रूप में दर्ज है, फिर भी उसमें रिकॉर्ड है।</translation>
        </message>
        <message>
            <source>A sample in the biometric file is not signed by its device.</source>
            <translation>बायोमेट्रिक फ़ाइल के एक नमूने पर उसके उपकरण के हस्ताक्षर नहीं हैं।</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another finger or eye than its device signed.</source>
            <translation>बायोमेट्रिक फ़ाइल का एक नमूना उस उँगली या आँख का नहीं है जिस पर उपकरण ने हस्ताक्षर किए।</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another finger or eye than its record says.</source>
            <translation>बायोमेट्रिक फ़ाइल का एक नमूना उस उँगली या आँख का नहीं है जो उसका रिकॉर्ड बताता है।</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another kind than its device signed.</source>
            <translation>बायोमेट्रिक फ़ाइल का एक नमूना उस प्रकार का नहीं है जिस पर उपकरण ने हस्ताक्षर किए।</translation>
        </message>
        <message>
            <source>A sample in the biometric file lacks the list of how it was captured.</source>
            <translation>बायोमेट्रिक फ़ाइल के एक नमूने में यह सूची नहीं है कि वह कैसे लिया गया।</translation>
        </message>
        <message>
            <source>A sample in the biometric file names a format that does not fit what was captured.</source>
            <translation>बायोमेट्रिक फ़ाइल का एक नमूना ऐसा फ़ॉर्मैट बताता है जो ली गई चीज़ से मेल नहीं खाता।</translation>
        </message>
        <message>
            <source>A secret has a name and at least one letter.</source>
            <translation>गुप्त कुंजी का एक नाम और कम से कम एक अक्षर होता है।</translation>
        </message>
        <message>
            <source>A set-up file</source>
            <translation>एक सेट-अप फ़ाइल</translation>
        </message>
        <message>
            <source>A small child needs somebody who brings it: of that person no face, finger or eye was captured.</source>
            <translation>छोटे बच्चे को कोई लाने वाला चाहिए: उस व्यक्ति का चेहरा, उँगली या आँख नहीं ली गई।</translation>
        </message>
        <message>
            <source>A small child needs somebody who brings it: that person's identity number or registration number is missing.</source>
            <translation>छोटे बच्चे को कोई लाने वाला चाहिए: उस व्यक्ति की पहचान संख्या या पंजीकरण संख्या नहीं है।</translation>
        </message>
        <message>
            <source>A station's number has the form CENTER_MACHINE, both of digits.</source>
            <translation>स्टेशन की संख्या CENTER_MACHINE रूप में होती है, दोनों अंकों में।</translation>
        </message>
        <message>
            <source>A station's request to be let in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>स्टेशन का प्रवेश अनुरोध पढ़ा नहीं जा सकता: {part} अनुपस्थित है या उसका रूप गलत है।</translation>
        </message>
        <message>
            <source>A step may not have a name that begins with $: {node}.</source>
            <translation>किसी चरण का नाम $ से शुरू नहीं हो सकता: {node}।</translation>
        </message>
        <message>
            <source>A step took very long</source>
            <translation>एक चरण में बहुत समय लगा</translation>
        </message>
        <message>
            <source>A step was very quick</source>
            <translation>एक चरण बहुत जल्दी हुआ</translation>
        </message>
        <message>
            <source>A stolen disk is worth nothing then. If this computer breaks, what was not sent yet is lost, unless your administrator makes a note of its secret.</source>
            <translation>तब चोरी हुई डिस्क किसी काम की नहीं होती। यदि यह कंप्यूटर ख़राब हो जाए तो जो अब तक नहीं भेजा गया वह खो जाएगा, जब तक आपका व्यवस्थापक इसकी गुप्त कुंजी लिखकर न रखे।</translation>
        </message>
        <message>
            <source>A stored file was changed or damaged on this computer. Call your supervisor.</source>
            <translation>एक सहेजी हुई फ़ाइल इस कंप्यूटर पर बदली गई या ख़राब हो गई। अपने पर्यवेक्षक को बुलाएँ।</translation>
        </message>
        <message>
            <source>A stored proof of identity cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation>पहचान का एक सहेजा हुआ प्रमाण पढ़ा नहीं जा सकता। अपने पर्यवेक्षक को बुलाएँ; कुछ भी मिटाया नहीं गया।</translation>
        </message>
        <message>
            <source>A stored registration cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation>एक सहेजा हुआ पंजीकरण पढ़ा नहीं जा सकता। अपने पर्यवेक्षक को बुलाएँ; कुछ भी मिटाया नहीं गया।</translation>
        </message>
        <message>
            <source>A supervisor ended this proof.</source>
            <translation>एक पर्यवेक्षक ने यह प्रमाण समाप्त किया।</translation>
        </message>
        <message>
            <source>A supervisor has to confirm something before you sign: an exception, a poor capture, or who brings a child.</source>
            <translation>आपके हस्ताक्षर से पहले पर्यवेक्षक को कुछ पुष्टि करनी होगी: कोई अपवाद, कमज़ोर कैप्चर, या बच्चे को कौन लाता है।</translation>
        </message>
        <message>
            <source>A supervisor has to vouch for this person. Ask one to sign in and go on.</source>
            <translation>किसी पर्यवेक्षक को इस व्यक्ति की ज़िम्मेदारी लेनी होगी। उनसे साइन इन करके आगे बढ़ने को कहें।</translation>
        </message>
        <message>
            <source>A supervisor has yet to look at this registration. The proof can be taken after that.</source>
            <translation>पर्यवेक्षक को अभी यह पंजीकरण देखना है। उसके बाद प्रमाण लिया जा सकता है।</translation>
        </message>
        <message>
            <source>A test takes at most 20 seconds. Nothing that a device takes meanwhile is kept.</source>
            <translation>जाँच में अधिक से अधिक 20 सेकंड लगते हैं। इस बीच उपकरण जो कुछ लेता है वह रखा नहीं जाता।</translation>
        </message>
        <message>
            <source>A text of a sample has a character that biometric files cannot hold. Capture the sample again.</source>
            <translation>नमूने के एक पाठ में ऐसा अक्षर है जो बायोमेट्रिक फ़ाइल में नहीं रखा जा सकता। नमूना फिर से लें।</translation>
        </message>
        <message>
            <source>A time in the biometric file is not one.</source>
            <translation>बायोमेट्रिक फ़ाइल में एक समय असल में समय नहीं है।</translation>
        </message>
        <message>
            <source>A time that a device signed in the biometric file has another form than 2026-01-31T12:59:59Z.</source>
            <translation>बायोमेट्रिक फ़ाइल में उपकरण के हस्ताक्षर वाला एक समय 2026-01-31T12:59:59Z के रूप में नहीं है।</translation>
        </message>
        <message>
            <source>A trip takes from 0 to {days} days and from 0 to {people} people.</source>
            <translation>एक यात्रा 0 से {days} दिन और 0 से {people} लोगों की होती है।</translation>
        </message>
        <message>
            <source>A user name has 2 to 50 letters, digits, dots, dashes or underscores.</source>
            <translation>उपयोगकर्ता नाम में 2 से 50 अक्षर, अंक, बिंदु, डैश या अंडरस्कोर होते हैं।</translation>
        </message>
        <message>
            <source>A verified document or wallet shows who this person is, and the face is theirs.</source>
            <translation>एक सत्यापित दस्तावेज़ या वॉलेट बताता है कि यह व्यक्ति कौन है, और चेहरा उसी का है।</translation>
        </message>
        <message>
            <source>A word in it is on the list of words that names do not hold. Write it differently, or say why it stays.</source>
            <translation>इसमें एक शब्द उन शब्दों की सूची में है जो नामों में नहीं होते। अलग तरह से लिखें, या बताएँ कि वह क्यों रहे।</translation>
        </message>
        <message>
            <source>A yes or no in the biometric file is neither.</source>
            <translation>बायोमेट्रिक फ़ाइल में हाँ या नहीं की जगह कुछ और है।</translation>
        </message>
        <message>
            <source>A4 sheet</source>
            <translation>A4 पन्ना</translation>
        </message>
        <message>
            <source>A5 sheet</source>
            <translation>A5 पन्ना</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>जोड़ें</translation>
        </message>
        <message>
            <source>Add a page</source>
            <translation>एक पृष्ठ जोड़ें</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>पता</translation>
        </message>
        <message>
            <source>Administration</source>
            <translation>प्रशासन</translation>
        </message>
        <message>
            <source>Administrator</source>
            <translation>व्यवस्थापक</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>आयु</translation>
        </message>
        <message>
            <source>Age in years</source>
            <translation>आयु वर्षों में</translation>
        </message>
        <message>
            <source>All figures of these days as one signed file (PDF)</source>
            <translation>इन दिनों के सभी आँकड़े एक हस्ताक्षरित फ़ाइल में (PDF)</translation>
        </message>
        <message>
            <source>All of these are marked as exceptions; there is nothing to capture.</source>
            <translation>ये सभी अपवाद के रूप में दर्ज हैं; लेने को कुछ नहीं है।</translation>
        </message>
        <message>
            <source>All of these, in any order</source>
            <translation>ये सभी, किसी भी क्रम में</translation>
        </message>
        <message>
            <source>All that were asked are there.</source>
            <translation>जिनसे पूछा गया वे सब उपलब्ध हैं।</translation>
        </message>
        <message>
            <source>An app on your telephone that shows a new code every half minute. It needs no network.</source>
            <translation>आपके फ़ोन का एक ऐप जो हर आधे मिनट में नया कोड दिखाता है। उसे नेटवर्क नहीं चाहिए।</translation>
        </message>
        <message>
            <source>An earlier registration at this station shows a face like this one. Compare the pictures: it may be the same person.</source>
            <translation>इस स्टेशन के एक पिछले पंजीकरण में इससे मिलता-जुलता चेहरा है। चित्रों की तुलना करें: शायद यह वही व्यक्ति है।</translation>
        </message>
        <message>
            <source>An enrollment request has a place for the captures of one person only. Send this registration as a packet.</source>
            <translation>नामांकन अनुरोध में केवल एक व्यक्ति के कैप्चर की जगह है। यह पंजीकरण पैकेट के रूप में भेजें।</translation>
        </message>
        <message>
            <source>An entry of the biometric file does not say what it is about.</source>
            <translation>बायोमेट्रिक फ़ाइल की एक प्रविष्टि नहीं बताती कि वह किस बारे में है।</translation>
        </message>
        <message>
            <source>An index in the biometric file does not have the form of a UUID.</source>
            <translation>बायोमेट्रिक फ़ाइल में एक सूचकांक UUID के रूप में नहीं है।</translation>
        </message>
        <message>
            <source>An introducer who has proven their identity number at this station says it.</source>
            <translation>ऐसा परिचयकर्ता अपनी पहचान संख्या बताता है जिसने उसे इस स्टेशन पर प्रमाणित किया है।</translation>
        </message>
        <message>
            <source>An update needs the person's UIN.</source>
            <translation>अद्यतन के लिए व्यक्ति का UIN चाहिए।</translation>
        </message>
        <message>
            <source>Another device answered than the {kind} that was chosen. Look at what is connected.</source>
            <translation>चुने गए {kind} की जगह किसी और उपकरण ने उत्तर दिया। देखें कि क्या जुड़ा है।</translation>
        </message>
        <message>
            <source>Another device …</source>
            <translation>दूसरा उपकरण …</translation>
        </message>
        <message>
            <source>Another program is using the station's data. Try again in a moment.</source>
            <translation>कोई और प्रोग्राम स्टेशन का डेटा इस्तेमाल कर रहा है। थोड़ी देर में फिर से प्रयास करें।</translation>
        </message>
        <message>
            <source>Another reason</source>
            <translation>कोई और कारण</translation>
        </message>
        <message>
            <source>Another reason, for now</source>
            <translation>कोई और कारण, अभी के लिए</translation>
        </message>
        <message>
            <source>Another reason, lasting</source>
            <translation>कोई और कारण, स्थायी</translation>
        </message>
        <message>
            <source>Another station accepted to review registrations</source>
            <translation>पंजीकरणों की समीक्षा के लिए दूसरा स्टेशन स्वीकार किया गया</translation>
        </message>
        <message>
            <source>Another station's packets accepted from now on</source>
            <translation>दूसरे स्टेशन के पैकेट अब से स्वीकार</translation>
        </message>
        <message>
            <source>Another station's registration taken in for review</source>
            <translation>दूसरे स्टेशन का पंजीकरण समीक्षा के लिए लिया गया</translation>
        </message>
        <message>
            <source>Answered</source>
            <translation>उत्तर मिला</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>स्वीकृत करें</translation>
        </message>
        <message>
            <source>Approve all that need no look</source>
            <translation>जिन्हें देखना ज़रूरी नहीं वे सब स्वीकृत करें</translation>
        </message>
        <message>
            <source>Approve {count} that need no look</source>
            <translation>जिन्हें देखना ज़रूरी नहीं वे {count} स्वीकृत करें</translation>
        </message>
        <message>
            <source>As many of these as possible</source>
            <translation>इनमें से जितने हो सकें</translation>
        </message>
        <message>
            <source>As shipped</source>
            <translation>मूल</translation>
        </message>
        <message>
            <source>As the computer is set</source>
            <translation>जैसे कंप्यूटर में सेट है</translation>
        </message>
        <message>
            <source>Ask about: {fields}.</source>
            <translation>इनके बारे में पूछें: {fields}।</translation>
        </message>
        <message>
            <source>Ask the person to lay both thumbs side by side on the glass.</source>
            <translation>व्यक्ति से दोनों अँगूठे काँच पर साथ-साथ रखने को कहें।</translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the left hand flat on the glass.</source>
            <translation>व्यक्ति से बाएँ हाथ की चारों उँगलियाँ काँच पर सीधी रखने को कहें।</translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the right hand flat on the glass.</source>
            <translation>व्यक्ति से दाएँ हाथ की चारों उँगलियाँ काँच पर सीधी रखने को कहें।</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the camera.</source>
            <translation>व्यक्ति से सीधे कैमरे में देखने को कहें।</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the iris camera with both eyes wide open.</source>
            <translation>व्यक्ति से दोनों आँखें पूरी खोलकर सीधे आइरिस कैमरे में देखने को कहें।</translation>
        </message>
        <message>
            <source>Ask the person, or copy from a document. What is marked with * must be there.</source>
            <translation>व्यक्ति से पूछें या दस्तावेज़ से उतारें। जिन पर * है वे अवश्य भरे जाने चाहिए।</translation>
        </message>
        <message>
            <source>Ask what the person remembers: each detail helps to find the number. None is required.</source>
            <translation>पूछें कि व्यक्ति को क्या याद है: हर जानकारी संख्या खोजने में मदद करती है। कोई भी अनिवार्य नहीं है।</translation>
        </message>
        <message>
            <source>Ask your supervisor to look at this proof.</source>
            <translation>अपने पर्यवेक्षक से यह प्रमाण देखने को कहें।</translation>
        </message>
        <message>
            <source>Asked for in no process: no trigger names one.</source>
            <translation>किसी प्रक्रिया में नहीं माँगा जाता: कोई ट्रिगर किसी प्रक्रिया का नाम नहीं लेता।</translation>
        </message>
        <message>
            <source>Asked for in: {processes}</source>
            <translation>इनमें माँगा जाता है: {processes}</translation>
        </message>
        <message>
            <source>At least 8 characters.</source>
            <translation>कम से कम 8 अक्षर।</translation>
        </message>
        <message>
            <source>At least one of these</source>
            <translation>इनमें से कम से कम एक</translation>
        </message>
        <message>
            <source>At least, %</source>
            <translation>कम से कम, %</translation>
        </message>
        <message>
            <source>At most {sheets} sheets are taken at once. If more lie in the feeder, add them as further pages.</source>
            <translation>एक बार में अधिक से अधिक {sheets} पन्ने लिए जाते हैं। यदि फ़ीडर में और हों, तो उन्हें आगे के पृष्ठों के रूप में जोड़ें।</translation>
        </message>
        <message>
            <source>At most, %</source>
            <translation>अधिक से अधिक, %</translation>
        </message>
        <message>
            <source>At this age one more document is needed. Go back to the documents and attach it.</source>
            <translation>इस आयु में एक और दस्तावेज़ चाहिए। दस्तावेज़ों पर वापस जाएँ और उसे लगाएँ।</translation>
        </message>
        <message>
            <source>Attempt {number} of {allowed}</source>
            <translation>प्रयास {number}, कुल {allowed} में से</translation>
        </message>
        <message>
            <source>Attempts before an officer may keep the best</source>
            <translation>प्रयास जिनके बाद अधिकारी सबसे अच्छा रख सकता है</translation>
        </message>
        <message>
            <source>Attestation</source>
            <translation>प्रमाणन</translation>
        </message>
        <message>
            <source>Audit</source>
            <translation>ऑडिट</translation>
        </message>
        <message>
            <source>Authentication</source>
            <translation>प्रमाणीकरण</translation>
        </message>
        <message>
            <source>Authenticator</source>
            <translation>ऑथेंटिकेटर</translation>
        </message>
        <message>
            <source>Authenticator of an operator removed</source>
            <translation>एक कर्मचारी का ऑथेंटिकेटर हटाया गया</translation>
        </message>
        <message>
            <source>Authenticator of an operator set up</source>
            <translation>एक कर्मचारी का ऑथेंटिकेटर सेट किया गया</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>वापस</translation>
        </message>
        <message>
            <source>Back of the document</source>
            <translation>दस्तावेज़ का पिछला भाग</translation>
        </message>
        <message>
            <source>Back to the desk</source>
            <translation>डेस्क पर वापस</translation>
        </message>
        <message>
            <source>Bandage, covering or glasses</source>
            <translation>पट्टी, आवरण या चश्मा</translation>
        </message>
        <message>
            <source>Became</source>
            <translation>हुआ</translation>
        </message>
        <message>
            <source>Begin</source>
            <translation>शुरू करें</translation>
        </message>
        <message>
            <source>Begin again</source>
            <translation>फिर से शुरू करें</translation>
        </message>
        <message>
            <source>Begin this step anew</source>
            <translation>यह चरण नए सिरे से शुरू करें</translation>
        </message>
        <message>
            <source>Being judged …</source>
            <translation>जाँचा जा रहा है …</translation>
        </message>
        <message>
            <source>Being taken. The person stays like this until it is good.</source>
            <translation>लिया जा रहा है। अच्छा होने तक व्यक्ति ऐसे ही रहे।</translation>
        </message>
        <message>
            <source>Belongs to</source>
            <translation>संबंधित</translation>
        </message>
        <message>
            <source>Biometric exception cleared</source>
            <translation>बायोमेट्रिक अपवाद हटाया गया</translation>
        </message>
        <message>
            <source>Biometric exception marked</source>
            <translation>बायोमेट्रिक अपवाद दर्ज किया गया</translation>
        </message>
        <message>
            <source>Biometric sample captured</source>
            <translation>बायोमेट्रिक नमूना लिया गया</translation>
        </message>
        <message>
            <source>Biometric sample judged by the station</source>
            <translation>स्टेशन ने बायोमेट्रिक नमूना जाँचा</translation>
        </message>
        <message>
            <source>Biometric sample set aside</source>
            <translation>बायोमेट्रिक नमूना अलग रखा गया</translation>
        </message>
        <message>
            <source>Biometrics</source>
            <translation>बायोमेट्रिक</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>रोकें</translation>
        </message>
        <message>
            <source>Blocklisted words stay</source>
            <translation>निषिद्ध शब्द रह गए</translation>
        </message>
        <message>
            <source>Born</source>
            <translation>जन्म</translation>
        </message>
        <message>
            <source>Both hands</source>
            <translation>दोनों हाथ</translation>
        </message>
        <message>
            <source>Browsers cannot come back to this computer: {port} is no port, or another program has it (MUSTER_BROWSER_PORT).</source>
            <translation>ब्राउज़र इस कंप्यूटर पर वापस नहीं आ सकते: {port} कोई पोर्ट नहीं है, या किसी और प्रोग्राम के पास है (MUSTER_BROWSER_PORT)।</translation>
        </message>
        <message>
            <source>Busy</source>
            <translation>व्यस्त</translation>
        </message>
        <message>
            <source>By its chip the document has expired.</source>
            <translation>चिप के अनुसार दस्तावेज़ की अवधि समाप्त हो चुकी है।</translation>
        </message>
        <message>
            <source>By its date it has expired.</source>
            <translation>तारीख़ के अनुसार इसकी अवधि समाप्त हो चुकी है।</translation>
        </message>
        <message>
            <source>By the clock of this computer ({now}) this update is too old. Check the clock; if it is right, ask for a newer update.</source>
            <translation>इस कंप्यूटर की घड़ी ({now}) के अनुसार यह अपडेट बहुत पुराना है। घड़ी जाँचें; यदि वह सही है तो नया अपडेट माँगें।</translation>
        </message>
        <message>
            <source>By {names}</source>
            <translation>{names} द्वारा</translation>
        </message>
        <message>
            <source>Can prove: {level}</source>
            <translation>सिद्ध कर सकता है: {level}</translation>
        </message>
        <message>
            <source>Cannot be captured ({count} fingers): why?</source>
            <translation>लिया नहीं जा सकता ({count} उँगलियाँ): क्यों?</translation>
        </message>
        <message>
            <source>Cannot be captured ({fingers}): why?</source>
            <translation>लिया नहीं जा सकता ({fingers}): क्यों?</translation>
        </message>
        <message>
            <source>Cannot be captured …</source>
            <translation>लिया नहीं जा सकता …</translation>
        </message>
        <message>
            <source>Cannot be held still</source>
            <translation>स्थिर नहीं रखा जा सकता</translation>
        </message>
        <message>
            <source>Cannot be laid on the glass</source>
            <translation>काँच पर रखी नहीं जा सकती</translation>
        </message>
        <message>
            <source>Cannot move as asked</source>
            <translation>जैसे कहा जाए वैसे हिल नहीं सकते</translation>
        </message>
        <message>
            <source>Capitals and further signs</source>
            <translation>बड़े अक्षर और अन्य चिह्न</translation>
        </message>
        <message>
            <source>Capture attempted</source>
            <translation>कैप्चर का प्रयास हुआ</translation>
        </message>
        <message>
            <source>Capture below the threshold</source>
            <translation>सीमा से कम का कैप्चर</translation>
        </message>
        <message>
            <source>Capture failed</source>
            <translation>कैप्चर विफल हुआ</translation>
        </message>
        <message>
            <source>Captures</source>
            <translation>कैप्चर</translation>
        </message>
        <message>
            <source>Captures kept below the threshold: {count}; the lowest has quality {lowest}.</source>
            <translation>सीमा से कम पर रखे गए कैप्चर: {count}; सबसे कम की गुणवत्ता {lowest} है।</translation>
        </message>
        <message>
            <source>Center's gallery could not be asked or told</source>
            <translation>केंद्र की गैलरी से पूछा या उसे बताया नहीं जा सका</translation>
        </message>
        <message>
            <source>Centre and machine have five digits each, as the server assigned them.</source>
            <translation>केंद्र और मशीन दोनों में पाँच-पाँच अंक होते हैं, जैसे सर्वर ने दिए हैं।</translation>
        </message>
        <message>
            <source>Centre and machine numbers have five digits.</source>
            <translation>केंद्र और मशीन की संख्या में पाँच अंक होते हैं।</translation>
        </message>
        <message>
            <source>Centre number</source>
            <translation>केंद्र संख्या</translation>
        </message>
        <message>
            <source>Centre {center}, machine {machine}</source>
            <translation>केंद्र {center}, मशीन {machine}</translation>
        </message>
        <message>
            <source>Certificate of the server's signatures stored</source>
            <translation>सर्वर के हस्ताक्षरों का प्रमाणपत्र सहेजा गया</translation>
        </message>
        <message>
            <source>Certificates</source>
            <translation>प्रमाणपत्र</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>बदलें</translation>
        </message>
        <message>
            <source>Change the password</source>
            <translation>पासवर्ड बदलें</translation>
        </message>
        <message>
            <source>Change the roles</source>
            <translation>भूमिकाएँ बदलें</translation>
        </message>
        <message>
            <source>Changed certificate of the server accepted</source>
            <translation>सर्वर का बदला हुआ प्रमाणपत्र स्वीकार किया गया</translation>
        </message>
        <message>
            <source>Changed settings tried on registrations of before</source>
            <translation>बदली सेटिंग पिछले पंजीकरणों पर आज़माई गईं</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>जाँचें</translation>
        </message>
        <message>
            <source>Check all</source>
            <translation>सबकी जाँच करें</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>अभी जाँचें</translation>
        </message>
        <message>
            <source>Checks in doubt</source>
            <translation>संदिग्ध जाँचें</translation>
        </message>
        <message>
            <source>Checks that could not be made</source>
            <translation>जो जाँचें नहीं हो सकीं</translation>
        </message>
        <message>
            <source>Checks that failed</source>
            <translation>असफल जाँचें</translation>
        </message>
        <message>
            <source>Checks that went well</source>
            <translation>सफल जाँचें</translation>
        </message>
        <message>
            <source>Chin down a little.</source>
            <translation>ठोड़ी थोड़ी नीचे करें।</translation>
        </message>
        <message>
            <source>Chin up a little.</source>
            <translation>ठोड़ी थोड़ी ऊपर करें।</translation>
        </message>
        <message>
            <source>Chip of a document read</source>
            <translation>दस्तावेज़ की चिप पढ़ी गई</translation>
        </message>
        <message>
            <source>Choose</source>
            <translation>चुनें</translation>
        </message>
        <message>
            <source>Choose a file and take it</source>
            <translation>फ़ाइल चुनें और लें</translation>
        </message>
        <message>
            <source>Choose a line and press F2 to change it.</source>
            <translation>कोई पंक्ति चुनें और बदलने के लिए F2 दबाएँ।</translation>
        </message>
        <message>
            <source>Choose a picture for each page</source>
            <translation>हर पृष्ठ के लिए एक चित्र चुनें</translation>
        </message>
        <message>
            <source>Choose a reason.</source>
            <translation>एक कारण चुनें।</translation>
        </message>
        <message>
            <source>Choose a record, or search for a registration: its story stands here.</source>
            <translation>एक रिकॉर्ड चुनें, या कोई पंजीकरण खोजें: उसकी कहानी यहाँ दिखेगी।</translation>
        </message>
        <message>
            <source>Choose and test</source>
            <translation>चुनें और जाँचें</translation>
        </message>
        <message>
            <source>Choose another capture</source>
            <translation>दूसरा कैप्चर चुनें</translation>
        </message>
        <message>
            <source>Choose another way</source>
            <translation>दूसरा तरीका चुनें</translation>
        </message>
        <message>
            <source>Choose at least one role.</source>
            <translation>कम से कम एक भूमिका चुनें।</translation>
        </message>
        <message>
            <source>Choose from a calendar</source>
            <translation>कैलेंडर से चुनें</translation>
        </message>
        <message>
            <source>Choose one of the entries of the list.</source>
            <translation>सूची की कोई एक प्रविष्टि चुनें।</translation>
        </message>
        <message>
            <source>Choose one or more languages, each once.</source>
            <translation>एक या अधिक भाषाएँ चुनें, हर एक केवल एक बार।</translation>
        </message>
        <message>
            <source>Choose the kind of document from the list.</source>
            <translation>सूची से दस्तावेज़ का प्रकार चुनें।</translation>
        </message>
        <message>
            <source>Choose the same entry of the list in every language.</source>
            <translation>हर भाषा में सूची की वही प्रविष्टि चुनें।</translation>
        </message>
        <message>
            <source>Choose which capture of the parent or guardian it shall be, and press Start.</source>
            <translation>चुनें कि माता-पिता या अभिभावक का क्या लिया जाए, और शुरू करें दबाएँ।</translation>
        </message>
        <message>
            <source>Choose who works here. The passwords protect everything on this computer: if both are lost, unsent registrations are lost too.</source>
            <translation>चुनें कि यहाँ कौन काम करता है। पासवर्ड इस कंप्यूटर पर सब कुछ सुरक्षित रखते हैं: यदि दोनों खो जाएँ, तो न भेजे गए पंजीकरण भी खो जाएँगे।</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>बंद करें</translation>
        </message>
        <message>
            <source>Close both eyes for a moment, then open them.</source>
            <translation>क्षण भर दोनों आँखें बंद करें, फिर खोलें।</translation>
        </message>
        <message>
            <source>Close the keyboard</source>
            <translation>कीबोर्ड बंद करें</translation>
        </message>
        <message>
            <source>Close the mouth.</source>
            <translation>मुँह बंद करें।</translation>
        </message>
        <message>
            <source>Code of a person's authenticator given</source>
            <translation>व्यक्ति के ऑथेंटिकेटर का कोड दिया गया</translation>
        </message>
        <message>
            <source>Code of an authenticator taken</source>
            <translation>ऑथेंटिकेटर का कोड लिया गया</translation>
        </message>
        <message>
            <source>Code of your authenticator</source>
            <translation>आपके ऑथेंटिकेटर का कोड</translation>
        </message>
        <message>
            <source>Code of your authenticator, if you have one</source>
            <translation>आपके ऑथेंटिकेटर का कोड, यदि आपके पास हो</translation>
        </message>
        <message>
            <source>Code to be read by the person's telephone</source>
            <translation>व्यक्ति के फ़ोन से पढ़ा जाने वाला कोड</translation>
        </message>
        <message>
            <source>Code to be read by your authenticator app</source>
            <translation>आपके ऑथेंटिकेटर ऐप से पढ़ा जाने वाला कोड</translation>
        </message>
        <message>
            <source>Colours and size</source>
            <translation>रंग और आकार</translation>
        </message>
        <message>
            <source>Come a little closer.</source>
            <translation>थोड़ा पास आएँ।</translation>
        </message>
        <message>
            <source>Comment</source>
            <translation>टिप्पणी</translation>
        </message>
        <message>
            <source>Comment, if there is one</source>
            <translation>टिप्पणी, यदि हो</translation>
        </message>
        <message>
            <source>Comment; needed for another reason</source>
            <translation>टिप्पणी; किसी और कारण के लिए ज़रूरी</translation>
        </message>
        <message>
            <source>Compare the face with the picture on the document, and the name with what was entered.</source>
            <translation>चेहरे की तुलना दस्तावेज़ के चित्र से और नाम की तुलना दर्ज की गई जानकारी से करें।</translation>
        </message>
        <message>
            <source>Compared with</source>
            <translation>किससे तुलना हुई</translation>
        </message>
        <message>
            <source>Conditions of the engine {engine} are not understood; use MVEL.</source>
            <translation>इंजन {engine} की शर्तें समझी नहीं जातीं; MVEL इस्तेमाल करें।</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>विन्यास</translation>
        </message>
        <message>
            <source>Configurations (*.json);;All files (*)</source>
            <translation>कॉन्फ़िगरेशन (*.json);;सभी फ़ाइलें (*)</translation>
        </message>
        <message>
            <source>Confirm</source>
            <translation>पुष्टि करें</translation>
        </message>
        <message>
            <source>Confirmed by {name}.</source>
            <translation>{name} ने पुष्टि की।</translation>
        </message>
        <message>
            <source>Connections</source>
            <translation>कनेक्शन</translation>
        </message>
        <message>
            <source>Consent</source>
            <translation>सहमति</translation>
        </message>
        <message>
            <source>Consent counts only with a signature</source>
            <translation>सहमति केवल हस्ताक्षर के साथ मान्य है</translation>
        </message>
        <message>
            <source>Consent given</source>
            <translation>सहमति दी गई</translation>
        </message>
        <message>
            <source>Content</source>
            <translation>सामग्री</translation>
        </message>
        <message>
            <source>Content exported in another system's words</source>
            <translation>सामग्री दूसरी प्रणाली के शब्दों में निर्यात हुई</translation>
        </message>
        <message>
            <source>Continue sending</source>
            <translation>भेजना जारी रखें</translation>
        </message>
        <message>
            <source>Copy of a packet handed over on a drive</source>
            <translation>पैकेट की प्रति ड्राइव पर सौंपी गई</translation>
        </message>
        <message>
            <source>Counts from</source>
            <translation>कब से लागू</translation>
        </message>
        <message>
            <source>Damaged database put aside and rebuilt</source>
            <translation>ख़राब डेटाबेस अलग रखकर फिर बनाया गया</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>गहरा</translation>
        </message>
        <message>
            <source>Database brought forward to a newer form</source>
            <translation>डेटाबेस नए रूप में लाया गया</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>दिन</translation>
        </message>
        <message>
            <source>Days a face can be found again here</source>
            <translation>दिन जितने तक चेहरा यहाँ फिर मिल सकता है</translation>
        </message>
        <message>
            <source>Days a packet may be on its way on a drive</source>
            <translation>दिन जितने तक पैकेट ड्राइव पर रास्ते में रह सकता है</translation>
        </message>
        <message>
            <source>Days a packet may wait for review</source>
            <translation>कितने दिन कोई पैकेट समीक्षा की प्रतीक्षा कर सकता है</translation>
        </message>
        <message>
            <source>Days a sealed packet stays after the server processed it</source>
            <translation>सर्वर के संसाधित करने के बाद मुहरबंद पैकेट कितने दिन रहता है</translation>
        </message>
        <message>
            <source>Days of the oldest review</source>
            <translation>सबसे पुरानी समीक्षा के दिन</translation>
        </message>
        <message>
            <source>Days of the server's certificate for answers</source>
            <translation>उत्तरों के लिए सर्वर के प्रमाणपत्र के दिन</translation>
        </message>
        <message>
            <source>Days of the server's certificate for packets</source>
            <translation>पैकेटों के लिए सर्वर के प्रमाणपत्र के दिन</translation>
        </message>
        <message>
            <source>Days over which an officer's exceptions are counted</source>
            <translation>दिन जिनमें अधिकारी के अपवाद गिने जाते हैं</translation>
        </message>
        <message>
            <source>Days since the server's lists (places, documents) were fetched</source>
            <translation>सर्वर की सूचियाँ (स्थान, दस्तावेज़) लाए हुए दिन</translation>
        </message>
        <message>
            <source>Days since the settings were fetched</source>
            <translation>सेटिंग लाए जाने के बाद के दिन</translation>
        </message>
        <message>
            <source>Days since the users were fetched</source>
            <translation>उपयोगकर्ता लाए जाने के बाद के दिन</translation>
        </message>
        <message>
            <source>Days the code on a slip is called valid</source>
            <translation>दिन जितने तक पर्ची का कोड मान्य कहा जाता है</translation>
        </message>
        <message>
            <source>Days the server's list of people may be old</source>
            <translation>सर्वर की लोगों की सूची कितने दिन पुरानी हो सकती है</translation>
        </message>
        <message>
            <source>Days the server's lists may be old</source>
            <translation>सर्वर की सूचियाँ कितने दिन पुरानी हो सकती हैं</translation>
        </message>
        <message>
            <source>Days the server's settings may be old</source>
            <translation>सर्वर की सेटिंग कितने दिन पुरानी हो सकती हैं</translation>
        </message>
        <message>
            <source>Days without sending</source>
            <translation>बिना भेजे बीते दिन</translation>
        </message>
        <message>
            <source>Days without sending while packets wait</source>
            <translation>पैकेट प्रतीक्षा में हों तब बिना भेजे बीते दिन</translation>
        </message>
        <message>
            <source>Decided which of two values is right</source>
            <translation>तय हुआ कि दो मानों में सही कौन सा है</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>निर्णय</translation>
        </message>
        <message>
            <source>Decision handed back to another station</source>
            <translation>निर्णय दूसरे स्टेशन को लौटाया गया</translation>
        </message>
        <message>
            <source>Decision of another station carried out</source>
            <translation>दूसरे स्टेशन का निर्णय लागू किया गया</translation>
        </message>
        <message>
            <source>Decisions and reasons</source>
            <translation>निर्णय और कारण</translation>
        </message>
        <message>
            <source>Delete the letter before</source>
            <translation>पिछला अक्षर मिटाएँ</translation>
        </message>
        <message>
            <source>Delivery attempt failed</source>
            <translation>पहुँचाने का प्रयास विफल हुआ</translation>
        </message>
        <message>
            <source>Delivery of another station's packet failed</source>
            <translation>दूसरे स्टेशन का पैकेट पहुँचाना विफल हुआ</translation>
        </message>
        <message>
            <source>Demo station: the password is filled in. Enroll invented people only.</source>
            <translation>डेमो स्टेशन: पासवर्ड भरा हुआ है। केवल काल्पनिक लोगों का नामांकन करें।</translation>
        </message>
        <message>
            <source>Demographics entered</source>
            <translation>विवरण दर्ज किए गए</translation>
        </message>
        <message>
            <source>Demographics entered, blocklisted words kept</source>
            <translation>विवरण दर्ज किए गए, वर्जित शब्द रखे गए</translation>
        </message>
        <message>
            <source>Demographics kept unfinished</source>
            <translation>विवरण अधूरे सहेजे गए</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>विवरण</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>उपकरण</translation>
        </message>
        <message>
            <source>Device of a kind chosen</source>
            <translation>एक प्रकार का उपकरण चुना गया</translation>
        </message>
        <message>
            <source>Devices</source>
            <translation>उपकरण</translation>
        </message>
        <message>
            <source>Digest</source>
            <translation>सारांश</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>हटा दें</translation>
        </message>
        <message>
            <source>Discard for good?</source>
            <translation>हमेशा के लिए हटा दें?</translation>
        </message>
        <message>
            <source>Document</source>
            <translation>दस्तावेज़</translation>
        </message>
        <message>
            <source>Document attached</source>
            <translation>दस्तावेज़ लगाया गया</translation>
        </message>
        <message>
            <source>Document kept with a smaller picture</source>
            <translation>दस्तावेज़ छोटे चित्र के साथ रखा गया</translation>
        </message>
        <message>
            <source>Document of a proof taken as the registration's</source>
            <translation>प्रमाण का दस्तावेज़ पंजीकरण के दस्तावेज़ के रूप में लिया गया</translation>
        </message>
        <message>
            <source>Document removed</source>
            <translation>दस्तावेज़ हटाया गया</translation>
        </message>
        <message>
            <source>Document shared by</source>
            <translation>दस्तावेज़ साझा करने वाला</translation>
        </message>
        <message>
            <source>Document that was shown here</source>
            <translation>यहाँ दिखाया गया दस्तावेज़</translation>
        </message>
        <message>
            <source>Document, chip, code or pre-registration read for the form</source>
            <translation>फ़ॉर्म के लिए दस्तावेज़, चिप, कोड या पूर्व-पंजीकरण पढ़ा गया</translation>
        </message>
        <message>
            <source>Documents</source>
            <translation>दस्तावेज़</translation>
        </message>
        <message>
            <source>Done.</source>
            <translation>हो गया।</translation>
        </message>
        <message>
            <source>Done: this is the code</source>
            <translation>हो गया: यह कोड है</translation>
        </message>
        <message>
            <source>Drivers of devices that may be loaded</source>
            <translation>उपकरणों के ड्राइवर जो लोड हो सकते हैं</translation>
        </message>
        <message>
            <source>Drivers that are not loaded</source>
            <translation>ड्राइवर जो लोड नहीं हुए</translation>
        </message>
        <message>
            <source>Driving licence</source>
            <translation>ड्राइविंग लाइसेंस</translation>
        </message>
        <message>
            <source>Dry or wet skin</source>
            <translation>सूखी या गीली त्वचा</translation>
        </message>
        <message>
            <source>Duplicates</source>
            <translation>दोहरे</translation>
        </message>
        <message>
            <source>E-mail address</source>
            <translation>ई-मेल पता</translation>
        </message>
        <message>
            <source>Earlier faces that look like this one: {count}. Compare them.</source>
            <translation>इससे मिलते-जुलते पिछले चेहरे: {count}। उनकी तुलना करें।</translation>
        </message>
        <message>
            <source>Encoded data in the biometric file is damaged.</source>
            <translation>बायोमेट्रिक फ़ाइल का कूटबद्ध डेटा ख़राब है।</translation>
        </message>
        <message>
            <source>End it</source>
            <translation>समाप्त करें</translation>
        </message>
        <message>
            <source>End the registration? Nothing is kept.</source>
            <translation>पंजीकरण समाप्त करें? कुछ नहीं रखा जाएगा।</translation>
        </message>
        <message>
            <source>End this proof</source>
            <translation>यह प्रमाण समाप्त करें</translation>
        </message>
        <message>
            <source>Enrolled: {names}</source>
            <translation>दर्ज: {names}</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Enter</translation>
        </message>
        <message>
            <source>Enter: next empty field · Ctrl+Enter: Next</source>
            <translation>Enter: अगला ख़ाली खाना · Ctrl+Enter: आगे</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Everything is kept as you go.</source>
            <translation>सब कुछ साथ-साथ सहेजा जाता है।</translation>
        </message>
        <message>
            <source>Everything is taken.</source>
            <translation>सब कुछ ले लिया गया।</translation>
        </message>
        <message>
            <source>Everything succeeded, but it does not prove enough for this purpose.</source>
            <translation>सब सफल रहा, पर इस उद्देश्य के लिए यह पर्याप्त प्रमाण नहीं है।</translation>
        </message>
        <message>
            <source>Evidence</source>
            <translation>साक्ष्य</translation>
        </message>
        <message>
            <source>Evidence of an identity shown to a supervisor</source>
            <translation>पहचान का साक्ष्य पर्यवेक्षक को दिखाया गया</translation>
        </message>
        <message>
            <source>Exception photo</source>
            <translation>अपवाद का फ़ोटो</translation>
        </message>
        <message>
            <source>Exceptions</source>
            <translation>अपवाद</translation>
        </message>
        <message>
            <source>Exported content accepted by another server</source>
            <translation>निर्यात की गई सामग्री दूसरे सर्वर ने स्वीकार की</translation>
        </message>
        <message>
            <source>Eye cannot be captured (illness)</source>
            <translation>आँख नहीं ली जा सकती (बीमारी)</translation>
        </message>
        <message>
            <source>Eye injured or bandaged</source>
            <translation>आँख घायल है या पट्टी बँधी है</translation>
        </message>
        <message>
            <source>Eye missing</source>
            <translation>आँख नहीं है</translation>
        </message>
        <message>
            <source>Eyes</source>
            <translation>आँखें</translation>
        </message>
        <message>
            <source>Face</source>
            <translation>चेहरा</translation>
        </message>
        <message>
            <source>Face and fingers</source>
            <translation>चेहरा और उँगलियाँ</translation>
        </message>
        <message>
            <source>Face searched for among those captured here</source>
            <translation>यहाँ लिए गए चेहरों में चेहरा खोजा गया</translation>
        </message>
        <message>
            <source>Face, fingers and eyes</source>
            <translation>चेहरा, उँगलियाँ और आँखें</translation>
        </message>
        <message>
            <source>Face, fingers or eyes are to be captured again</source>
            <translation>चेहरा, उँगलियाँ या आँखें फिर से ली जानी हैं</translation>
        </message>
        <message>
            <source>Face, hands and eyes</source>
            <translation>चेहरा, हाथ और आँखें</translation>
        </message>
        <message>
            <source>Faces are compared at the center, too</source>
            <translation>चेहरों की तुलना केंद्र में भी होती है</translation>
        </message>
        <message>
            <source>Faces like this one found, for a supervisor to compare</source>
            <translation>इससे मिलते-जुलते चेहरे मिले, पर्यवेक्षक तुलना करें</translation>
        </message>
        <message>
            <source>Failed attempts</source>
            <translation>असफल प्रयास</translation>
        </message>
        <message>
            <source>Family name</source>
            <translation>कुलनाम</translation>
        </message>
        <message>
            <source>Faults to be mended: {count}</source>
            <translation>ठीक करने योग्य दोष: {count}</translation>
        </message>
        <message>
            <source>Fetch</source>
            <translation>लाएँ</translation>
        </message>
        <message>
            <source>Fetch the pre-registration</source>
            <translation>पूर्व-पंजीकरण लाएँ</translation>
        </message>
        <message>
            <source>Fetching …</source>
            <translation>लाया जा रहा है …</translation>
        </message>
        <message>
            <source>Fields filled in from what was read</source>
            <translation>पढ़ी गई जानकारी से खाने भरे गए</translation>
        </message>
        <message>
            <source>Fields in which blocklisted words stay, with a reason: {count}. Read why.</source>
            <translation>खाने जिनमें वर्जित शब्द कारण सहित रहे: {count}। पढ़ें कि क्यों।</translation>
        </message>
        <message>
            <source>Fields in which what was typed differs from what a document says: {count}.</source>
            <translation>खाने जिनमें टाइप की गई बात दस्तावेज़ से अलग है: {count}।</translation>
        </message>
        <message>
            <source>Figure before</source>
            <translation>पिछला आँकड़ा</translation>
        </message>
        <message>
            <source>Figures</source>
            <translation>आँकड़े</translation>
        </message>
        <message>
            <source>Figures of everybody's work shown to a supervisor</source>
            <translation>सबके काम के आँकड़े पर्यवेक्षक को दिखाए गए</translation>
        </message>
        <message>
            <source>Figures written to a file</source>
            <translation>आँकड़े फ़ाइल में लिखे गए</translation>
        </message>
        <message>
            <source>File behind evidence copied by a supervisor</source>
            <translation>पर्यवेक्षक ने साक्ष्य की फ़ाइल की प्रति ली</translation>
        </message>
        <message>
            <source>File behind evidence shown to a supervisor</source>
            <translation>साक्ष्य की फ़ाइल पर्यवेक्षक को दिखाई गई</translation>
        </message>
        <message>
            <source>Fill in {count} details</source>
            <translation>{count} विवरण भरें</translation>
        </message>
        <message>
            <source>Filled in at home?</source>
            <translation>घर पर भरा था?</translation>
        </message>
        <message>
            <source>Filled in: {fields}.</source>
            <translation>भरे गए: {fields}।</translation>
        </message>
        <message>
            <source>Find a place</source>
            <translation>कोई जगह खोजें</translation>
        </message>
        <message>
            <source>Find a registration by its number or by the person's name</source>
            <translation>संख्या या व्यक्ति के नाम से पंजीकरण खोजें</translation>
        </message>
        <message>
            <source>Finger</source>
            <translation>उँगली</translation>
        </message>
        <message>
            <source>Finger and face</source>
            <translation>उँगली और चेहरा</translation>
        </message>
        <message>
            <source>Finger injured or bandaged</source>
            <translation>उँगली घायल है या पट्टी बँधी है</translation>
        </message>
        <message>
            <source>Finger missing</source>
            <translation>उँगली नहीं है</translation>
        </message>
        <message>
            <source>Finger, eye, face</source>
            <translation>उँगली, आँख, चेहरा</translation>
        </message>
        <message>
            <source>Fingers and eyes</source>
            <translation>उँगलियाँ और आँखें</translation>
        </message>
        <message>
            <source>Fingers or eyes marked as not to be captured: {count}, of them for good: {permanent}.</source>
            <translation>न ली जा सकने वाली उँगलियाँ या आँखें: {count}, उनमें स्थायी: {permanent}।</translation>
        </message>
        <message>
            <source>First the person agrees to: {names}</source>
            <translation>पहले व्यक्ति इनसे सहमत हो: {names}</translation>
        </message>
        <message>
            <source>First try, %</source>
            <translation>पहला प्रयास, %</translation>
        </message>
        <message>
            <source>For now</source>
            <translation>फ़िलहाल</translation>
        </message>
        <message>
            <source>Forced, %</source>
            <translation>सीमा से नीचे रखा, %</translation>
        </message>
        <message>
            <source>Forms</source>
            <translation>फ़ॉर्म</translation>
        </message>
        <message>
            <source>Forms and lists</source>
            <translation>फ़ॉर्म और सूचियाँ</translation>
        </message>
        <message>
            <source>From a file …</source>
            <translation>फ़ाइल से …</translation>
        </message>
        <message>
            <source>From sealing to the server's answer it takes {minutes} minutes for half of the packets.</source>
            <translation>सील होने से सर्वर के उत्तर तक आधे पैकेटों में {minutes} मिनट लगते हैं।</translation>
        </message>
        <message>
            <source>From the beginning</source>
            <translation>शुरुआत से</translation>
        </message>
        <message>
            <source>From: {source} ({sure})</source>
            <translation>स्रोत: {source} ({sure})</translation>
        </message>
        <message>
            <source>Front of the document</source>
            <translation>दस्तावेज़ का अगला भाग</translation>
        </message>
        <message>
            <source>GPS receiver</source>
            <translation>GPS रिसीवर</translation>
        </message>
        <message>
            <source>Give the new password</source>
            <translation>नया पासवर्ड दें</translation>
        </message>
        <message>
            <source>Given names</source>
            <translation>दिए गए नाम</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>आगे बढ़ें</translation>
        </message>
        <message>
            <source>Go on (Space)</source>
            <translation>आगे बढ़ें (Space)</translation>
        </message>
        <message>
            <source>Go on with other things</source>
            <translation>दूसरे कामों में आगे बढ़ें</translation>
        </message>
        <message>
            <source>Go through it with the person. Change leads to each part and back here.</source>
            <translation>व्यक्ति के साथ इसे देख लें। बदलें हर भाग तक ले जाता है और यहीं लौटाता है।</translation>
        </message>
        <message>
            <source>Go through it with the person. Press a part to change it.</source>
            <translation>व्यक्ति के साथ इसे देखें। बदलने के लिए किसी भाग को दबाएँ।</translation>
        </message>
        <message>
            <source>Go through this with the person, one step after the other.</source>
            <translation>व्यक्ति के साथ इसे एक-एक चरण करके पूरा करें।</translation>
        </message>
        <message>
            <source>Good at my first try</source>
            <translation>मेरे पहले प्रयास में अच्छे</translation>
        </message>
        <message>
            <source>Good at the first try</source>
            <translation>पहले प्रयास में अच्छे</translation>
        </message>
        <message>
            <source>Good until</source>
            <translation>तक मान्य</translation>
        </message>
        <message>
            <source>Good, thank you.</source>
            <translation>अच्छा, धन्यवाद।</translation>
        </message>
        <message>
            <source>Good. Hold still …</source>
            <translation>अच्छा है। स्थिर रहें …</translation>
        </message>
        <message>
            <source>Handed in</source>
            <translation>दिया गया</translation>
        </message>
        <message>
            <source>Head of the trail: {digest}</source>
            <translation>ऑडिट शृंखला का सिरा: {digest}</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>उच्च कंट्रास्ट</translation>
        </message>
        <message>
            <source>Hints</source>
            <translation>संकेत</translation>
        </message>
        <message>
            <source>Hints, at the top, says on every page what to do.</source>
            <translation>ऊपर «संकेत» हर पृष्ठ पर बताता है कि क्या करना है।</translation>
        </message>
        <message>
            <source>Hold</source>
            <translation>रोक रखें</translation>
        </message>
        <message>
            <source>Hold it before the camera …</source>
            <translation>इसे कैमरे के सामने रखें …</translation>
        </message>
        <message>
            <source>Hour</source>
            <translation>घंटा</translation>
        </message>
        <message>
            <source>Hours content stays after delivery for its slip</source>
            <translation>भेजने के बाद पर्ची के लिए सामग्री कितने घंटे रहती है</translation>
        </message>
        <message>
            <source>How far back</source>
            <translation>कितना पीछे तक</translation>
        </message>
        <message>
            <source>How large the page is in truth is not known.</source>
            <translation>पृष्ठ का असली आकार ज्ञात नहीं है।</translation>
        </message>
        <message>
            <source>How long things are kept</source>
            <translation>कितने समय तक रखा जाता है</translation>
        </message>
        <message>
            <source>How long this station can go on</source>
            <translation>यह स्टेशन कितने समय तक काम कर सकता है</translation>
        </message>
        <message>
            <source>How sure a reading has to be (0 to 1)</source>
            <translation>पठन कितना पक्का होना चाहिए (0 से 1)</translation>
        </message>
        <message>
            <source>I compared them: it is the same person.</source>
            <translation>मैंने तुलना की: यह वही व्यक्ति है।</translation>
        </message>
        <message>
            <source>I see the person here myself</source>
            <translation>मैं व्यक्ति को यहाँ स्वयं देख रहा/रही हूँ</translation>
        </message>
        <message>
            <source>I see the person here myself …</source>
            <translation>मैं व्यक्ति को यहाँ स्वयं देख रहा/रही हूँ …</translation>
        </message>
        <message>
            <source>I see the person: they sit before the camera, with nothing before the face.</source>
            <translation>मैं व्यक्ति को देख रहा/रही हूँ: वे कैमरे के सामने बैठे हैं और चेहरे के आगे कुछ नहीं है।</translation>
        </message>
        <message>
            <source>I, {officer}, checked who this person is, recorded what I saw, and the person confirmed it.</source>
            <translation>मैंने, {officer}, जाँचा कि यह व्यक्ति कौन है, जो देखा वह दर्ज किया, और व्यक्ति ने इसकी पुष्टि की।</translation>
        </message>
        <message>
            <source>Identity card</source>
            <translation>पहचान पत्र</translation>
        </message>
        <message>
            <source>Identity proofing</source>
            <translation>पहचान सिद्ध करना</translation>
        </message>
        <message>
            <source>In the file: {name}</source>
            <translation>फ़ाइल में: {name}</translation>
        </message>
        <message>
            <source>Injury or illness</source>
            <translation>चोट या बीमारी</translation>
        </message>
        <message>
            <source>Introducer compared with the officer at the desk</source>
            <translation>परिचयकर्ता की डेस्क के अधिकारी से तुलना हुई</translation>
        </message>
        <message>
            <source>Is this address spelt right? Many addresses end in {likely}.</source>
            <translation>क्या यह पता ठीक लिखा है? बहुत से पते {likely} पर समाप्त होते हैं।</translation>
        </message>
        <message>
            <source>Issued by</source>
            <translation>जारीकर्ता</translation>
        </message>
        <message>
            <source>Issued on</source>
            <translation>जारी करने की तिथि</translation>
        </message>
        <message>
            <source>It belongs to: {place}</source>
            <translation>यह इसका है: {place}</translation>
        </message>
        <message>
            <source>It can be captured after all</source>
            <translation>यह आख़िर लिया जा सकता है</translation>
        </message>
        <message>
            <source>It can be taken into use, after {seconds} s.</source>
            <translation>{seconds} सेकंड बाद इसे उपयोग में लिया जा सकता है।</translation>
        </message>
        <message>
            <source>It cannot be gone on in this way. Ask your supervisor.</source>
            <translation>इस तरह आगे नहीं बढ़ा जा सकता। अपने पर्यवेक्षक से पूछें।</translation>
        </message>
        <message>
            <source>It captured what lay before it. Nothing of that was kept.</source>
            <translation>इसने अपने सामने की चीज़ का कैप्चर लिया। उसमें से कुछ नहीं रखा गया।</translation>
        </message>
        <message>
            <source>It counts from the next sign-in on.</source>
            <translation>यह अगले साइन-इन से लागू होगा।</translation>
        </message>
        <message>
            <source>It did not succeed, because you played it so.</source>
            <translation>यह सफल नहीं हुआ, क्योंकि आपने ऐसा ही चलाया।</translation>
        </message>
        <message>
            <source>It does not know where it is yet. Place it at a window and test it again in some minutes.</source>
            <translation>इसे अभी अपनी जगह का पता नहीं है। इसे खिड़की के पास रखें और कुछ मिनट बाद फिर जाँचें।</translation>
        </message>
        <message>
            <source>It fails</source>
            <translation>यह विफल होता है</translation>
        </message>
        <message>
            <source>It fails for now</source>
            <translation>यह फ़िलहाल विफल होता है</translation>
        </message>
        <message>
            <source>It is not, or I am not sure</source>
            <translation>वही नहीं है, या मुझे पक्का नहीं है</translation>
        </message>
        <message>
            <source>It knows where it is.</source>
            <translation>इसे अपनी जगह पता है।</translation>
        </message>
        <message>
            <source>It looks for chips, and none lay on it.</source>
            <translation>यह चिप खोजता है, और उस पर कोई नहीं रखी थी।</translation>
        </message>
        <message>
            <source>It looks like this: name@example.org</source>
            <translation>यह ऐसा लिखा जाता है: name@example.org</translation>
        </message>
        <message>
            <source>It says the same as the form: {fields}.</source>
            <translation>इसमें वही लिखा है जो फ़ॉर्म में है: {fields}।</translation>
        </message>
        <message>
            <source>It sees the chip of a document. Nothing of it was read.</source>
            <translation>इसे एक दस्तावेज़ की चिप दिखती है। उससे कुछ नहीं पढ़ा गया।</translation>
        </message>
        <message>
            <source>It stops only {seconds} s after it was told to. It can be used; give this report to the maker of its driver.</source>
            <translation>रुकने को कहे जाने के {seconds} सेकंड बाद ही यह रुकता है। इसका उपयोग हो सकता है; यह रिपोर्ट इसके ड्राइवर के निर्माता को दें।</translation>
        </message>
        <message>
            <source>It stops when it is told to, after {seconds} s.</source>
            <translation>कहे जाने पर यह {seconds} सेकंड बाद रुक जाता है।</translation>
        </message>
        <message>
            <source>It succeeds</source>
            <translation>यह सफल होता है</translation>
        </message>
        <message>
            <source>It takes {count} digits and no spaces between them.</source>
            <translation>{count} अंक चाहिए, बीच में खाली जगह नहीं।</translation>
        </message>
        <message>
            <source>It takes {least} to {most} characters.</source>
            <translation>{least} से {most} अक्षर चाहिए।</translation>
        </message>
        <message>
            <source>It takes {least} to {most} digits and no spaces between them.</source>
            <translation>{least} से {most} अंक चाहिए, बीच में खाली जगह नहीं।</translation>
        </message>
        <message>
            <source>It waits</source>
            <translation>यह प्रतीक्षा करता है</translation>
        </message>
        <message>
            <source>It was given back and can be taken into use again.</source>
            <translation>इसे वापस कर दिया गया और फिर से उपयोग में लिया जा सकता है।</translation>
        </message>
        <message>
            <source>It works with firmware {firmware}.</source>
            <translation>यह फ़र्मवेयर {firmware} से चलता है।</translation>
        </message>
        <message>
            <source>Its certificate ended on {date}. Connect the computer to the internet and restart the device's program; if that does not help, ask the device's maker.</source>
            <translation>इसका प्रमाणपत्र {date} को समाप्त हो गया। कंप्यूटर को इंटरनेट से जोड़ें और उपकरण का प्रोग्राम फिर से शुरू करें; यदि इससे काम न बने तो उपकरण के निर्माता से पूछें।</translation>
        </message>
        <message>
            <source>Its certificate ends on {date}. Ask the device's maker for a new one in time.</source>
            <translation>इसका प्रमाणपत्र {date} को समाप्त होगा। समय रहते उपकरण के निर्माता से नया माँगें।</translation>
        </message>
        <message>
            <source>Its certificate is good until {date}.</source>
            <translation>इसका प्रमाणपत्र {date} तक मान्य है।</translation>
        </message>
        <message>
            <source>Its clock agrees with this computer's.</source>
            <translation>इसकी घड़ी इस कंप्यूटर की घड़ी से मेल खाती है।</translation>
        </message>
        <message>
            <source>Its clock is {seconds} s off this computer's. Set the clocks, then restart the device's program.</source>
            <translation>इसकी घड़ी इस कंप्यूटर से {seconds} सेकंड अलग है। घड़ियाँ ठीक करें, फिर उपकरण का प्रोग्राम दोबारा शुरू करें।</translation>
        </message>
        <message>
            <source>Its portrait is compared with the face that is captured.</source>
            <translation>इसके चित्र की तुलना लिए गए चेहरे से होती है।</translation>
        </message>
        <message>
            <source>Judging this capture broke off twice. Take it again; if that happens again, tell your administrator.</source>
            <translation>इस कैप्चर की परख दो बार बीच में रुक गई। इसे फिर से लें; यदि ऐसा फिर हो तो अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>Keep as</source>
            <translation>इस रूप में रखें</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>रखें</translation>
        </message>
        <message>
            <source>Keep it, because …</source>
            <translation>रखें, क्योंकि …</translation>
        </message>
        <message>
            <source>Keep mine</source>
            <translation>मेरा रखें</translation>
        </message>
        <message>
            <source>Keep the best there is …</source>
            <translation>जो सबसे अच्छा है उसे रखें …</translation>
        </message>
        <message>
            <source>Kept below the threshold</source>
            <translation>सीमा से कम पर रखा गया</translation>
        </message>
        <message>
            <source>Kept.</source>
            <translation>सहेजा गया।</translation>
        </message>
        <message>
            <source>Kept. No use case says in its triggers which process it is for, so nobody is asked.</source>
            <translation>सहेजा गया। कोई उपयोग-मामला अपने ट्रिगर में नहीं बताता कि वह किस प्रक्रिया के लिए है, इसलिए किसी से नहीं पूछा जाता।</translation>
        </message>
        <message>
            <source>Keyboard</source>
            <translation>कीबोर्ड</translation>
        </message>
        <message>
            <source>Keyboard on the screen</source>
            <translation>स्क्रीन पर कीबोर्ड</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>कुंजियाँ</translation>
        </message>
        <message>
            <source>Keys on this page</source>
            <translation>इस पृष्ठ की कुंजियाँ</translation>
        </message>
        <message>
            <source>Kilometres from the station from which a packet is far away</source>
            <translation>केंद्र से कितने किलोमीटर पर पैकेट दूर माना जाए</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>प्रकार</translation>
        </message>
        <message>
            <source>Kind of document</source>
            <translation>दस्तावेज़ का प्रकार</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>भाषा</translation>
        </message>
        <message>
            <source>Language of the window</source>
            <translation>खिड़की की भाषा</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>बड़ा</translation>
        </message>
        <message>
            <source>Lasting</source>
            <translation>स्थायी</translation>
        </message>
        <message>
            <source>Lay the document on the chip reader …</source>
            <translation>दस्तावेज़ को चिप रीडर पर रखें …</translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan, or go on without one.</source>
            <translation>दस्तावेज़ को स्कैनर पर रखें और स्कैन दबाएँ, या बिना दस्तावेज़ के आगे बढ़ें।</translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan. What is marked with * must be there.</source>
            <translation>दस्तावेज़ को स्कैनर पर रखें और स्कैन दबाएँ। जिन पर * है वे अवश्य होने चाहिए।</translation>
        </message>
        <message>
            <source>Lean the head a little to the left.</source>
            <translation>सिर थोड़ा बाईं ओर झुकाएँ।</translation>
        </message>
        <message>
            <source>Lean the head a little to the right.</source>
            <translation>सिर थोड़ा दाईं ओर झुकाएँ।</translation>
        </message>
        <message>
            <source>Least quality of a finger</source>
            <translation>उँगली की न्यूनतम गुणवत्ता</translation>
        </message>
        <message>
            <source>Least quality of an eye</source>
            <translation>आँख की न्यूनतम गुणवत्ता</translation>
        </message>
        <message>
            <source>Least quality of one finger</source>
            <translation>किसी एक उँगली की न्यूनतम गुणवत्ता</translation>
        </message>
        <message>
            <source>Left eye</source>
            <translation>बाईं आँख</translation>
        </message>
        <message>
            <source>Left hand</source>
            <translation>बायाँ हाथ</translation>
        </message>
        <message>
            <source>Left index finger</source>
            <translation>बाईं तर्जनी</translation>
        </message>
        <message>
            <source>Left little finger</source>
            <translation>बाईं कनिष्ठा</translation>
        </message>
        <message>
            <source>Left middle finger</source>
            <translation>बाईं मध्यमा</translation>
        </message>
        <message>
            <source>Left ring finger</source>
            <translation>बाईं अनामिका</translation>
        </message>
        <message>
            <source>Left thumb</source>
            <translation>बायाँ अँगूठा</translation>
        </message>
        <message>
            <source>Let in again</source>
            <translation>फिर से अनुमति दें</translation>
        </message>
        <message>
            <source>Level {level} of {most}</source>
            <translation>स्तर {level}, कुल {most} में से</translation>
        </message>
        <message>
            <source>Lids or lashes cover a part of the iris. Open the eyes wide.</source>
            <translation>पलकें आइरिस का एक भाग ढकती हैं। आँखें पूरी खोलें।</translation>
        </message>
        <message>
            <source>Lift your chin slowly, then look back to the camera.</source>
            <translation>ठोड़ी धीरे-धीरे ऊपर उठाएँ, फिर वापस कैमरे की ओर देखें।</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>हल्का</translation>
        </message>
        <message>
            <source>Light is reflected by the glasses. Take them off, or move the lamp.</source>
            <translation>चश्मे से रोशनी लौट रही है। चश्मा उतारें या लैंप हटाएँ।</translation>
        </message>
        <message>
            <source>Light is reflected on the page. Turn the page or the lamp a little.</source>
            <translation>पृष्ठ से रोशनी लौट रही है। पृष्ठ या लैंप को थोड़ा घुमाएँ।</translation>
        </message>
        <message>
            <source>Like with like</source>
            <translation>समान से समान</translation>
        </message>
        <message>
            <source>Limits of the station</source>
            <translation>स्टेशन की सीमाएँ</translation>
        </message>
        <message>
            <source>Lists</source>
            <translation>सूचियाँ</translation>
        </message>
        <message>
            <source>Living face confirmed, attested or refused</source>
            <translation>जीवित चेहरे की पुष्टि, साक्ष्य या इनकार</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>लॉक करें</translation>
        </message>
        <message>
            <source>Locked</source>
            <translation>लॉक है</translation>
        </message>
        <message>
            <source>Locks in {minutes} min</source>
            <translation>{minutes} मिनट में लॉक होगा</translation>
        </message>
        <message>
            <source>Look at this registration before you approve it.</source>
            <translation>स्वीकृति से पहले यह पंजीकरण देखें।</translation>
        </message>
        <message>
            <source>Look into the camera</source>
            <translation>कैमरे में देखें</translation>
        </message>
        <message>
            <source>Look into the camera.</source>
            <translation>कैमरे में देखें।</translation>
        </message>
        <message>
            <source>Look straight into the camera.</source>
            <translation>सीधे कैमरे में देखें।</translation>
        </message>
        <message>
            <source>Looked up here</source>
            <translation>यहाँ खोजा गया</translation>
        </message>
        <message>
            <source>Looking at what was before …</source>
            <translation>पहले का रिकॉर्ड देखा जा रहा है …</translation>
        </message>
        <message>
            <source>Machine number</source>
            <translation>मशीन संख्या</translation>
        </message>
        <message>
            <source>Made at station {station} by {name}, {time}</source>
            <translation>स्टेशन {station} पर {name} ने बनाया, {time}</translation>
        </message>
        <message>
            <source>Make smaller</source>
            <translation>छोटा करें</translation>
        </message>
        <message>
            <source>Making it smaller …</source>
            <translation>छोटा किया जा रहा है …</translation>
        </message>
        <message>
            <source>Making keys …</source>
            <translation>कुंजियाँ बनाई जा रही हैं …</translation>
        </message>
        <message>
            <source>Meanwhile</source>
            <translation>इस बीच</translation>
        </message>
        <message>
            <source>Measured by</source>
            <translation>किसने मापा</translation>
        </message>
        <message>
            <source>Median</source>
            <translation>माध्यिका</translation>
        </message>
        <message>
            <source>Median, s</source>
            <translation>माध्यिका, सेकंड</translation>
        </message>
        <message>
            <source>Megabytes of the disk that have to be free</source>
            <translation>डिस्क पर कितने मेगाबाइट खाली होने चाहिए</translation>
        </message>
        <message>
            <source>Megabytes on the disk</source>
            <translation>डिस्क पर मेगाबाइट</translation>
        </message>
        <message>
            <source>MiTrust answered with something that cannot be read. Try again later, or tell support.</source>
            <translation>MiTrust ने ऐसा उत्तर दिया जो पढ़ा नहीं जा सकता। बाद में फिर प्रयास करें, या सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>MiTrust did not accept what it was asked. Tell your administrator, and go on without it.</source>
            <translation>MiTrust ने वह स्वीकार नहीं किया जो उससे पूछा गया। अपने व्यवस्थापक को बताएँ, और उसके बिना आगे बढ़ें।</translation>
        </message>
        <message>
            <source>MiTrust does not let this station ask without the person. Your administrator has to ask MiTrust for it.</source>
            <translation>MiTrust इस स्टेशन को व्यक्ति के बिना पूछने नहीं देता। आपके व्यवस्थापक को इसके लिए MiTrust से कहना होगा।</translation>
        </message>
        <message>
            <source>MiTrust is being maintained just now. Go on without it, or try again later.</source>
            <translation>MiTrust का अभी रखरखाव चल रहा है। उसके बिना आगे बढ़ें, या बाद में फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>MiTrust was asked too often just now. The station asks again later by itself.</source>
            <translation>MiTrust से अभी बहुत बार पूछा गया। स्टेशन बाद में अपने आप फिर पूछेगा।</translation>
        </message>
        <message>
            <source>Mine</source>
            <translation>मेरा</translation>
        </message>
        <message>
            <source>Minutes before the lock in which it is told</source>
            <translation>लॉक होने से कितने मिनट पहले बताया जाता है</translation>
        </message>
        <message>
            <source>Minutes without a touch until the screen locks</source>
            <translation>बिना छुए कितने मिनट बाद स्क्रीन लॉक होती है</translation>
        </message>
        <message>
            <source>More light on the left side of the face.</source>
            <translation>चेहरे की बाईं ओर अधिक रोशनी।</translation>
        </message>
        <message>
            <source>More light on the right side of the face.</source>
            <translation>चेहरे की दाईं ओर अधिक रोशनी।</translation>
        </message>
        <message>
            <source>More than one face is in the picture. Only the person may be in view.</source>
            <translation>चित्र में एक से अधिक चेहरे हैं। केवल वही व्यक्ति सामने रहे।</translation>
        </message>
        <message>
            <source>Move a little to the left.</source>
            <translation>थोड़ा बाईं ओर हटें।</translation>
        </message>
        <message>
            <source>Move a little to the right.</source>
            <translation>थोड़ा दाईं ओर हटें।</translation>
        </message>
        <message>
            <source>Move back a little.</source>
            <translation>थोड़ा पीछे हटें।</translation>
        </message>
        <message>
            <source>My figures</source>
            <translation>मेरे आँकड़े</translation>
        </message>
        <message>
            <source>My sign-in</source>
            <translation>मेरा साइन-इन</translation>
        </message>
        <message>
            <source>My time for each step</source>
            <translation>हर चरण में मेरा समय</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>नाम</translation>
        </message>
        <message>
            <source>Name and password are filled in on a training station. Press Sign in.</source>
            <translation>प्रशिक्षण स्टेशन पर नाम और पासवर्ड पहले से भरे हैं। साइन इन दबाएँ।</translation>
        </message>
        <message>
            <source>Name the partner whom the claims are for: each knows the person by a number of its own.</source>
            <translation>वह भागीदार बताएँ जिसके लिए दावे हैं: हर एक व्यक्ति को अपनी संख्या से जानता है।</translation>
        </message>
        <message>
            <source>Name the public key that signed the pack of networks as well.</source>
            <translation>वह सार्वजनिक कुंजी भी बताएँ जिससे नेटवर्क पैक पर हस्ताक्षर हुए।</translation>
        </message>
        <message>
            <source>Nationality</source>
            <translation>राष्ट्रीयता</translation>
        </message>
        <message>
            <source>Needed: {level}</source>
            <translation>आवश्यक: {level}</translation>
        </message>
        <message>
            <source>Neither head nor background moved enough to judge this.</source>
            <translation>जाँचने के लिए न सिर पर्याप्त हिला, न पृष्ठभूमि।</translation>
        </message>
        <message>
            <source>Never mind</source>
            <translation>कोई बात नहीं</translation>
        </message>
        <message>
            <source>New password</source>
            <translation>नया पासवर्ड</translation>
        </message>
        <message>
            <source>New registration</source>
            <translation>नया पंजीकरण</translation>
        </message>
        <message>
            <source>New version of what the server said counts from now on</source>
            <translation>सर्वर ने जो कहा उसका नया संस्करण अब से लागू है</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>आगे</translation>
        </message>
        <message>
            <source>Next field</source>
            <translation>अगला खाना</translation>
        </message>
        <message>
            <source>Next figure</source>
            <translation>अगला आँकड़ा</translation>
        </message>
        <message>
            <source>Next page</source>
            <translation>अगला पृष्ठ</translation>
        </message>
        <message>
            <source>Next person</source>
            <translation>अगला व्यक्ति</translation>
        </message>
        <message>
            <source>Next registration</source>
            <translation>अगला पंजीकरण</translation>
        </message>
        <message>
            <source>Next renewal</source>
            <translation>अगला नवीनीकरण</translation>
        </message>
        <message>
            <source>Next: {names}</source>
            <translation>आगे: {names}</translation>
        </message>
        <message>
            <source>No bioAttributes are named, neither here nor in the ID schema.</source>
            <translation>कोई bioAttributes नहीं बताए गए, न यहाँ न पहचान-स्कीमा में।</translation>
        </message>
        <message>
            <source>No browser could be opened on this computer.</source>
            <translation>इस कंप्यूटर पर कोई ब्राउज़र नहीं खोला जा सका।</translation>
        </message>
        <message>
            <source>No camera answers at {host}. Check that it is switched on and its network cable plugged in, then try again.</source>
            <translation>{host} पर कोई कैमरा उत्तर नहीं देता। देखें कि वह चालू है और उसका नेटवर्क तार लगा है, फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>No decision about another station's registration waits to be handed back.</source>
            <translation>दूसरे स्टेशन के पंजीकरण पर कोई निर्णय लौटाया जाना बाकी नहीं है।</translation>
        </message>
        <message>
            <source>No device and no officer stands out from the others.</source>
            <translation>कोई उपकरण और कोई अधिकारी दूसरों से अलग नहीं दिखता।</translation>
        </message>
        <message>
            <source>No device called {name} is connected. Plug it in, or look in the list of devices what it is called.</source>
            <translation>{name} नाम का कोई उपकरण जुड़ा नहीं है। उसे लगाएँ, या उपकरणों की सूची में उसका नाम देखें।</translation>
        </message>
        <message>
            <source>No document was added.</source>
            <translation>कोई दस्तावेज़ नहीं जोड़ा गया।</translation>
        </message>
        <message>
            <source>No earlier version is kept here, so there is none to go back to.</source>
            <translation>यहाँ कोई पिछला संस्करण नहीं रखा है, इसलिए लौटने के लिए कोई नहीं है।</translation>
        </message>
        <message>
            <source>No eye is seen. Look into the device and open the eyes wide.</source>
            <translation>कोई आँख नहीं दिखती। उपकरण में देखें और आँखें पूरी खोलें।</translation>
        </message>
        <message>
            <source>No face is in the picture. Ask the person to sit in front of the camera.</source>
            <translation>चित्र में कोई चेहरा नहीं है। व्यक्ति से कैमरे के सामने बैठने को कहें।</translation>
        </message>
        <message>
            <source>No field is of the group {group}, which is always selected.</source>
            <translation>समूह {group} का कोई खाना नहीं है, जो हमेशा चुना रहता है।</translation>
        </message>
        <message>
            <source>No finger and no eye is marked as an exception; there is nothing to show.</source>
            <translation>कोई उँगली या आँख अपवाद के रूप में दर्ज नहीं है; दिखाने को कुछ नहीं है।</translation>
        </message>
        <message>
            <source>No finger is on the glass. Place it flat in the middle.</source>
            <translation>काँच पर कोई उँगली नहीं है। उसे बीच में सीधा रखें।</translation>
        </message>
        <message>
            <source>No finger is on the glass. Place the fingers flat, side by side.</source>
            <translation>काँच पर कोई उँगली नहीं है। उँगलियाँ साथ-साथ सीधी रखें।</translation>
        </message>
        <message>
            <source>No list on this drive is signed with the key of this fingerprint.</source>
            <translation>इस ड्राइव की किसी सूची पर इस फ़िंगरप्रिंट वाली कुंजी के हस्ताक्षर नहीं हैं।</translation>
        </message>
        <message>
            <source>No machine-readable lines were found on this page.</source>
            <translation>इस पृष्ठ पर मशीन से पढ़ी जाने वाली पंक्तियाँ नहीं मिलीं।</translation>
        </message>
        <message>
            <source>No new registration can be begun: a limit of this station is reached ({limit}). Connect to the server and send what waits, or ask your administrator.</source>
            <translation>नया पंजीकरण शुरू नहीं हो सकता: इस स्टेशन की एक सीमा पूरी हो गई है ({limit})। सर्वर से जुड़कर जो बाकी है उसे भेजें, या अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>No other station reviews for this one. A supervisor accepts one by its key first.</source>
            <translation>कोई दूसरा स्टेशन इसके लिए समीक्षा नहीं करता। पहले पर्यवेक्षक उसे उसकी कुंजी से स्वीकार करें।</translation>
        </message>
        <message>
            <source>No packet waits to be sent, so there is nothing to hand over.</source>
            <translation>भेजने को कोई पैकेट बाकी नहीं है, इसलिए सौंपने को कुछ नहीं है।</translation>
        </message>
        <message>
            <source>No packet was accepted. See the outbox for the reason.</source>
            <translation>कोई पैकेट स्वीकार नहीं हुआ। कारण आउटबॉक्स में देखें।</translation>
        </message>
        <message>
            <source>No page yet</source>
            <translation>अभी कोई पृष्ठ नहीं</translation>
        </message>
        <message>
            <source>No paper lies in the feeder, so no page was tried. Lay one in and test again.</source>
            <translation>फ़ीडर में काग़ज़ नहीं है, इसलिए कोई पृष्ठ नहीं आज़माया गया। एक रखें और फिर जाँचें।</translation>
        </message>
        <message>
            <source>No paper lies in the scanner's feeder. Lay the pages in and scan again.</source>
            <translation>स्कैनर के फ़ीडर में काग़ज़ नहीं है। पृष्ठ रखें और फिर स्कैन करें।</translation>
        </message>
        <message>
            <source>No picture came within {seconds} s. Close other programs that use the {kind}, unplug it and plug it in at another socket.</source>
            <translation>{seconds} सेकंड में कोई चित्र नहीं आया। {kind} का उपयोग कर रहे दूसरे प्रोग्राम बंद करें, उसे निकालें और दूसरे सॉकेट में लगाएँ।</translation>
        </message>
        <message>
            <source>No piece of evidence of this registration has such a file.</source>
            <translation>इस पंजीकरण के किसी साक्ष्य में ऐसी फ़ाइल नहीं है।</translation>
        </message>
        <message>
            <source>No place of this name. Choose from the lists below.</source>
            <translation>इस नाम की कोई जगह नहीं है। नीचे की सूचियों से चुनें।</translation>
        </message>
        <message>
            <source>No proof of identity brought such a document.</source>
            <translation>किसी पहचान प्रमाण से ऐसा दस्तावेज़ नहीं आया।</translation>
        </message>
        <message>
            <source>No proofing use case is meant for this.</source>
            <translation>इसके लिए कोई प्रमाण उपयोग-मामला नहीं बना है।</translation>
        </message>
        <message>
            <source>No readable ridges</source>
            <translation>पढ़ने योग्य रेखाएँ नहीं हैं</translation>
        </message>
        <message>
            <source>No ridges are visible. Clean the glass and the finger and try again.</source>
            <translation>रेखाएँ नहीं दिखतीं। काँच और उँगली साफ़ करें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>No secure connection to the server can be made, so nothing was sent. Check this computer's clock, then tell your administrator.</source>
            <translation>सर्वर से सुरक्षित कनेक्शन नहीं बन सकता, इसलिए कुछ नहीं भेजा गया। इस कंप्यूटर की घड़ी जाँचें, फिर अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>No secure connection to the service that proves identities can be made, so nothing was sent. Check this computer's clock, then tell your administrator.</source>
            <translation>पहचान सिद्ध करने वाली सेवा से सुरक्षित कनेक्शन नहीं बन सकता, इसलिए कुछ नहीं भेजा गया। इस कंप्यूटर की घड़ी जाँचें, फिर अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>No sign of anything unusual.</source>
            <translation>कुछ असामान्य होने का संकेत नहीं।</translation>
        </message>
        <message>
            <source>No station of this number is known here.</source>
            <translation>इस संख्या का कोई स्टेशन यहाँ ज्ञात नहीं है।</translation>
        </message>
        <message>
            <source>No station of this number is registered here, so no set-up file can be made for it.</source>
            <translation>इस संख्या का कोई स्टेशन यहाँ पंजीकृत नहीं है, इसलिए उसके लिए सेट-अप फ़ाइल नहीं बन सकती।</translation>
        </message>
        <message>
            <source>No such app was found on this computer.</source>
            <translation>इस कंप्यूटर पर ऐसा कोई ऐप नहीं मिला।</translation>
        </message>
        <message>
            <source>No {kind} is connected. Plug it in and try again.</source>
            <translation>कोई {kind} जुड़ा नहीं है। उसे लगाएँ और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>No {kind} is connected. Plug it in; it goes on by itself.</source>
            <translation>कोई {kind} जुड़ा नहीं है। उसे लगाएँ; काम अपने आप आगे बढ़ेगा।</translation>
        </message>
        <message>
            <source>No.</source>
            <translation>नहीं।</translation>
        </message>
        <message>
            <source>Nobody has proven this number at this station yet. Check it, ask somebody else, or take another way.</source>
            <translation>इस स्टेशन पर अब तक किसी ने इस संख्या को प्रमाणित नहीं किया है। इसे जाँचें, किसी और से पूछें, या दूसरा तरीका चुनें।</translation>
        </message>
        <message>
            <source>Nobody has proven who this person is at this station: there is no evidence to tell of.</source>
            <translation>इस स्टेशन पर किसी ने सिद्ध नहीं किया कि यह व्यक्ति कौन है: बताने को कोई साक्ष्य नहीं है।</translation>
        </message>
        <message>
            <source>Nobody here waits for what the browser brought back.</source>
            <translation>ब्राउज़र जो वापस लाया उसकी यहाँ कोई प्रतीक्षा नहीं कर रहा।</translation>
        </message>
        <message>
            <source>Nobody of that name works at this station.</source>
            <translation>इस नाम का कोई व्यक्ति इस स्टेशन पर काम नहीं करता।</translation>
        </message>
        <message>
            <source>Nobody this station believes in vouches for the {kind}. Synchronize with the server, or use another device.</source>
            <translation>{kind} की पुष्टि कोई ऐसा नहीं करता जिस पर यह स्टेशन भरोसा करता हो। सर्वर से सिंक करें, या दूसरा उपकरण लें।</translation>
        </message>
        <message>
            <source>Nobody waits for an answer at this address any more.</source>
            <translation>इस पते पर अब कोई उत्तर की प्रतीक्षा नहीं कर रहा है।</translation>
        </message>
        <message>
            <source>Nobody with these details proved who they are at this station before.</source>
            <translation>इन विवरणों वाले किसी व्यक्ति ने इस स्टेशन पर पहले अपनी पहचान सिद्ध नहीं की।</translation>
        </message>
        <message>
            <source>None of the ways to do this step is available.</source>
            <translation>इस चरण का कोई भी तरीका उपलब्ध नहीं है।</translation>
        </message>
        <message>
            <source>None of your decisions waits to be signed off.</source>
            <translation>आपका कोई निर्णय पक्का किए जाने की प्रतीक्षा में नहीं है।</translation>
        </message>
        <message>
            <source>Not Ready</source>
            <translation>तैयार नहीं</translation>
        </message>
        <message>
            <source>Not every token could be renewed.</source>
            <translation>हर टोकन का नवीनीकरण नहीं हो सका।</translation>
        </message>
        <message>
            <source>Not everything that was captured is asked for at this age. What is not asked for stays here and is not sent.</source>
            <translation>जो लिया गया वह सब इस आयु में नहीं माँगा जाता। जो नहीं माँगा जाता वह यहीं रहता है और भेजा नहीं जाता।</translation>
        </message>
        <message>
            <source>Not renewed after</source>
            <translation>इसके बाद नवीनीकरण नहीं</translation>
        </message>
        <message>
            <source>Not sure enough to be filled in: {fields}.</source>
            <translation>भरे जाने के लिए पर्याप्त निश्चित नहीं: {fields}।</translation>
        </message>
        <message>
            <source>Not there just now: {names}</source>
            <translation>अभी उपलब्ध नहीं: {names}</translation>
        </message>
        <message>
            <source>Not told: {settings}.</source>
            <translation>नहीं बताया जा सकता: {settings}।</translation>
        </message>
        <message>
            <source>Nothing can be seen on this page. Look whether it lies the right way round.</source>
            <translation>इस पृष्ठ पर कुछ नहीं दिखता। देखें कि वह सही ओर से रखा है या नहीं।</translation>
        </message>
        <message>
            <source>Nothing can be written down yet: the proof of identity is not complete.</source>
            <translation>अभी कुछ नहीं लिखा जा सकता: पहचान का प्रमाण पूरा नहीं हुआ है।</translation>
        </message>
        <message>
            <source>Nothing found.</source>
            <translation>कुछ नहीं मिला।</translation>
        </message>
        <message>
            <source>Nothing found. What is sealed has a number and no name any more: look by the number.</source>
            <translation>कुछ नहीं मिला। जो सील हो चुका है उसका नाम नहीं, केवल संख्या रहती है: संख्या से खोजें।</translation>
        </message>
        <message>
            <source>Nothing happened for {time}</source>
            <translation>{time} तक कुछ नहीं हुआ</translation>
        </message>
        <message>
            <source>Nothing has to be proven for this person.</source>
            <translation>इस व्यक्ति के लिए कुछ सिद्ध नहीं करना है।</translation>
        </message>
        <message>
            <source>Nothing in the packet confirms the officer: no password and no capture.</source>
            <translation>पैकेट में कुछ भी अधिकारी की पुष्टि नहीं करता: न पासवर्ड, न कैप्चर।</translation>
        </message>
        <message>
            <source>Nothing is captured by the name {attribute}.</source>
            <translation>{attribute} नाम से कुछ नहीं लिया जाता।</translation>
        </message>
        <message>
            <source>Nothing is changed yet. Fill in what is to be changed, or attach a document.</source>
            <translation>अभी कुछ नहीं बदला गया। जो बदलना है वह भरें, या कोई दस्तावेज़ लगाएँ।</translation>
        </message>
        <message>
            <source>Nothing is lost if this does not succeed.</source>
            <translation>यदि यह सफल न हो तो कुछ खोता नहीं।</translation>
        </message>
        <message>
            <source>Nothing is plugged in.</source>
            <translation>कुछ भी जुड़ा नहीं है।</translation>
        </message>
        <message>
            <source>Nothing is sent before a supervisor approved it</source>
            <translation>पर्यवेक्षक की स्वीकृति से पहले कुछ नहीं भेजा जाता</translation>
        </message>
        <message>
            <source>Nothing is shown for the control {control}; known are {known}.</source>
            <translation>नियंत्रण {control} के लिए कुछ नहीं दिखाया जाता; ज्ञात हैं {known}।</translation>
        </message>
        <message>
            <source>Nothing of that name can be measured. There are: {areas}.</source>
            <translation>इस नाम की कोई चीज़ मापी नहीं जा सकती। ये हैं: {areas}।</translation>
        </message>
        <message>
            <source>Nothing older of this kind is kept to compare it with.</source>
            <translation>तुलना के लिए इस प्रकार का कुछ पुराना नहीं रखा गया है।</translation>
        </message>
        <message>
            <source>Nothing on it could be read by the station: look whether kind and number are right.</source>
            <translation>स्टेशन इससे कुछ नहीं पढ़ सका: देख लें कि प्रकार और संख्या सही हैं।</translation>
        </message>
        <message>
            <source>Nothing on this chip can show that it is not a copy. Compare the document itself.</source>
            <translation>इस चिप पर कुछ भी यह नहीं दिखा सकता कि यह नक़ल नहीं है। दस्तावेज़ को ही मिलाकर देखें।</translation>
        </message>
        <message>
            <source>Nothing that others could check shows yet who this person is.</source>
            <translation>अभी ऐसा कुछ नहीं है जिसे दूसरे जाँच सकें और जो बताए कि यह व्यक्ति कौन है।</translation>
        </message>
        <message>
            <source>Nothing waits for a review here.</source>
            <translation>यहाँ समीक्षा की प्रतीक्षा में कुछ नहीं है।</translation>
        </message>
        <message>
            <source>Nothing waits for a review.</source>
            <translation>समीक्षा की प्रतीक्षा में कुछ नहीं है।</translation>
        </message>
        <message>
            <source>Nothing was changed here: every setting is as it was shipped.</source>
            <translation>यहाँ कुछ नहीं बदला गया: हर सेटिंग मूल रूप में है।</translation>
        </message>
        <message>
            <source>Nothing was filled in.</source>
            <translation>कुछ भी नहीं भरा गया।</translation>
        </message>
        <message>
            <source>Nothing was said.</source>
            <translation>कुछ नहीं कहा गया।</translation>
        </message>
        <message>
            <source>Nothing was sealed in the last {days} days, so that nothing can be compared.</source>
            <translation>पिछले {days} दिनों में कुछ मुहरबंद नहीं हुआ, इसलिए तुलना के लिए कुछ नहीं है।</translation>
        </message>
        <message>
            <source>Nothing was written as a signature. Ask the person to sign again.</source>
            <translation>हस्ताक्षर के रूप में कुछ नहीं लिखा गया। व्यक्ति से फिर हस्ताक्षर करने को कहें।</translation>
        </message>
        <message>
            <source>Nothing.</source>
            <translation>कुछ नहीं।</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>अभी</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>संख्या</translation>
        </message>
        <message>
            <source>Number of the document</source>
            <translation>दस्तावेज़ की संख्या</translation>
        </message>
        <message>
            <source>Number of the pre-registration</source>
            <translation>पूर्व-पंजीकरण की संख्या</translation>
        </message>
        <message>
            <source>Number of the request</source>
            <translation>अनुरोध की संख्या</translation>
        </message>
        <message>
            <source>Number on it, if any</source>
            <translation>उस पर लिखी संख्या, यदि हो</translation>
        </message>
        <message>
            <source>Officer</source>
            <translation>अधिकारी</translation>
        </message>
        <message>
            <source>Officer and supervisor must be two people: choose two user names.</source>
            <translation>अधिकारी और पर्यवेक्षक दो अलग लोग होने चाहिए: दो उपयोगकर्ता नाम चुनें।</translation>
        </message>
        <message>
            <source>On paper this bright glare cannot be told from the paper.</source>
            <translation>काग़ज़ पर यह तेज़ चमक काग़ज़ से अलग नहीं पहचानी जा सकती।</translation>
        </message>
        <message>
            <source>On their own screen.</source>
            <translation>उनकी अपनी स्क्रीन पर।</translation>
        </message>
        <message>
            <source>On this screen, turned to them.</source>
            <translation>इस स्क्रीन पर, उनकी ओर घुमाकर।</translation>
        </message>
        <message>
            <source>Once more</source>
            <translation>एक बार और</translation>
        </message>
        <message>
            <source>Once more (Space)</source>
            <translation>एक बार और (Space)</translation>
        </message>
        <message>
            <source>Once more: {fingers}.</source>
            <translation>एक बार और: {fingers}।</translation>
        </message>
        <message>
            <source>One after the other</source>
            <translation>एक के बाद एक</translation>
        </message>
        <message>
            <source>One capture of whoever brings the child is enough. Choose which one.</source>
            <translation>बच्चे को लाने वाले का एक कैप्चर काफ़ी है। चुनें कि कौन सा।</translation>
        </message>
        <message>
            <source>One finger or eye was not seen. Place all of them and try again.</source>
            <translation>एक उँगली या आँख नहीं दिखी। सभी रखें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>One of the two is needed: {field} or {other}.</source>
            <translation>दोनों में से एक चाहिए: {field} या {other}।</translation>
        </message>
        <message>
            <source>One of these, as the person likes</source>
            <translation>इनमें से एक, जैसा व्यक्ति चाहे</translation>
        </message>
        <message>
            <source>One packet was accepted by the server.</source>
            <translation>सर्वर ने एक पैकेट स्वीकार किया।</translation>
        </message>
        <message>
            <source>One picture was judged by itself: whether anything in it moves cannot be told.</source>
            <translation>केवल एक चित्र जाँचा गया: उसमें कुछ हिलता है या नहीं, यह नहीं कहा जा सकता।</translation>
        </message>
        <message>
            <source>One reliable source shows who this person is.</source>
            <translation>एक विश्वसनीय स्रोत बताता है कि यह व्यक्ति कौन है।</translation>
        </message>
        <message>
            <source>One-time code</source>
            <translation>एक बार का कोड</translation>
        </message>
        <message>
            <source>Only GovStack's words can be sent to a server. Leave --put out, to print them.</source>
            <translation>केवल GovStack के शब्द सर्वर को भेजे जा सकते हैं। उन्हें छापने के लिए --put छोड़ दें।</translation>
        </message>
        <message>
            <source>Only a correction answers a request.</source>
            <translation>केवल सुधार ही किसी अनुरोध का उत्तर होता है।</translation>
        </message>
        <message>
            <source>Only a part of the finger is seen. Lay the whole fingertip flat on the glass.</source>
            <translation>उँगली का केवल एक भाग दिखता है। उँगली का पूरा सिरा काँच पर सीधा रखें।</translation>
        </message>
        <message>
            <source>Only a part of the page arrived from the scanner. Scan it again.</source>
            <translation>स्कैनर से पृष्ठ का केवल एक भाग आया। उसे फिर से स्कैन करें।</translation>
        </message>
        <message>
            <source>Only a supervisor may do this. Sign in as one.</source>
            <translation>यह केवल पर्यवेक्षक कर सकते हैं। पर्यवेक्षक के रूप में साइन इन करें।</translation>
        </message>
        <message>
            <source>Only an administrator may do this. Sign in as one.</source>
            <translation>यह केवल व्यवस्थापक कर सकते हैं। व्यवस्थापक के रूप में साइन इन करें।</translation>
        </message>
        <message>
            <source>Only grey pictures of 64 to 8192 pixels on each side can be compressed as WSQ.</source>
            <translation>WSQ के रूप में केवल हर ओर 64 से 8192 पिक्सेल वाले धूसर चित्र संपीड़ित हो सकते हैं।</translation>
        </message>
        <message>
            <source>Only somebody who registers people may do this. Sign in as an officer.</source>
            <translation>यह केवल लोगों का पंजीकरण करने वाले कर सकते हैं। अधिकारी के रूप में साइन इन करें।</translation>
        </message>
        <message>
            <source>Only the age is known</source>
            <translation>केवल आयु ज्ञात है</translation>
        </message>
        <message>
            <source>Only the first {count} differences are shown.</source>
            <translation>केवल पहले {count} अंतर दिखाए गए हैं।</translation>
        </message>
        <message>
            <source>Only the value true says that the person agrees: {consents}.</source>
            <translation>केवल मान true बताता है कि व्यक्ति सहमत है: {consents}।</translation>
        </message>
        <message>
            <source>Only try it out (invented people)</source>
            <translation>केवल आज़माएँ (काल्पनिक लोग)</translation>
        </message>
        <message>
            <source>Only {rate} pictures a second come. Turn on more light, and plug the {kind} into a socket of the computer itself.</source>
            <translation>प्रति सेकंड केवल {rate} चित्र आते हैं। अधिक रोशनी करें, और {kind} को सीधे कंप्यूटर के सॉकेट में लगाएँ।</translation>
        </message>
        <message>
            <source>Open a file …</source>
            <translation>फ़ाइल खोलें …</translation>
        </message>
        <message>
            <source>Open in the browser</source>
            <translation>ब्राउज़र में खोलें</translation>
        </message>
        <message>
            <source>Open on this computer only</source>
            <translation>केवल इसी कंप्यूटर पर खुले</translation>
        </message>
        <message>
            <source>Open the eyes.</source>
            <translation>आँखें खोलें।</translation>
        </message>
        <message>
            <source>Operator added</source>
            <translation>कर्मचारी जोड़ा गया</translation>
        </message>
        <message>
            <source>Operator blocked</source>
            <translation>कर्मचारी रोका गया</translation>
        </message>
        <message>
            <source>Operator changed the own password</source>
            <translation>कर्मचारी ने अपना पासवर्ड बदला</translation>
        </message>
        <message>
            <source>Operator got a new password from an administrator</source>
            <translation>कर्मचारी को व्यवस्थापक से नया पासवर्ड मिला</translation>
        </message>
        <message>
            <source>Operator no longer blocked</source>
            <translation>कर्मचारी अब रोका हुआ नहीं</translation>
        </message>
        <message>
            <source>Operator removed</source>
            <translation>कर्मचारी हटाया गया</translation>
        </message>
        <message>
            <source>Operator signed in</source>
            <translation>कर्मचारी ने साइन इन किया</translation>
        </message>
        <message>
            <source>Operator signed in at the server</source>
            <translation>कर्मचारी ने सर्वर पर साइन इन किया</translation>
        </message>
        <message>
            <source>Operator signed out</source>
            <translation>कर्मचारी ने साइन आउट किया</translation>
        </message>
        <message>
            <source>Operator's finger taken instead of a password</source>
            <translation>पासवर्ड के बदले कर्मचारी की उँगली ली गई</translation>
        </message>
        <message>
            <source>Outbox</source>
            <translation>आउटबॉक्स</translation>
        </message>
        <message>
            <source>Packet</source>
            <translation>पैकेट</translation>
        </message>
        <message>
            <source>Packet accepted by the server</source>
            <translation>सर्वर ने पैकेट स्वीकार किया</translation>
        </message>
        <message>
            <source>Packet announced to the server</source>
            <translation>पैकेट की सूचना सर्वर को दी गई</translation>
        </message>
        <message>
            <source>Packet of another station accepted by the server</source>
            <translation>दूसरे स्टेशन का पैकेट सर्वर ने स्वीकार किया</translation>
        </message>
        <message>
            <source>Packet of another station taken from a drive</source>
            <translation>दूसरे स्टेशन का पैकेट ड्राइव से लिया गया</translation>
        </message>
        <message>
            <source>Packet refused for good; waits for a person</source>
            <translation>पैकेट अंततः अस्वीकृत; किसी व्यक्ति की प्रतीक्षा में</translation>
        </message>
        <message>
            <source>Packet sealed</source>
            <translation>पैकेट सील किया गया</translation>
        </message>
        <message>
            <source>Packet to be sent again at a person's wish</source>
            <translation>किसी व्यक्ति के कहने पर पैकेट फिर भेजा जाएगा</translation>
        </message>
        <message>
            <source>Packets</source>
            <translation>पैकेट</translation>
        </message>
        <message>
            <source>Packets not sent</source>
            <translation>न भेजे गए पैकेट</translation>
        </message>
        <message>
            <source>Packets now</source>
            <translation>अभी के पैकेट</translation>
        </message>
        <message>
            <source>Packets on a drive refused</source>
            <translation>ड्राइव के पैकेट अस्वीकृत</translation>
        </message>
        <message>
            <source>Packets that may wait for review</source>
            <translation>कितने पैकेट समीक्षा की प्रतीक्षा कर सकते हैं</translation>
        </message>
        <message>
            <source>Packets that may wait to be sent</source>
            <translation>कितने पैकेट भेजे जाने की प्रतीक्षा कर सकते हैं</translation>
        </message>
        <message>
            <source>Packets waiting for review</source>
            <translation>समीक्षा की प्रतीक्षा में पैकेट</translation>
        </message>
        <message>
            <source>Page before</source>
            <translation>पिछला पृष्ठ</translation>
        </message>
        <message>
            <source>Page {number} of {count}</source>
            <translation>पृष्ठ {number}, कुल {count} में से</translation>
        </message>
        <message>
            <source>Pages that were taken: {pages}. {problem}</source>
            <translation>लिए गए पृष्ठ: {pages}। {problem}</translation>
        </message>
        <message>
            <source>Paper</source>
            <translation>काग़ज़</translation>
        </message>
        <message>
            <source>Paper is stuck in the scanner. Take it out, lay the page in again and scan again.</source>
            <translation>काग़ज़ स्कैनर में फँस गया है। उसे निकालें, पृष्ठ फिर से रखें और दोबारा स्कैन करें।</translation>
        </message>
        <message>
            <source>Parent or guardian</source>
            <translation>माता-पिता या अभिभावक</translation>
        </message>
        <message>
            <source>Parent or guardian: {name}</source>
            <translation>माता-पिता या अभिभावक: {name}</translation>
        </message>
        <message>
            <source>Passport</source>
            <translation>पासपोर्ट</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>पासवर्ड</translation>
        </message>
        <message>
            <source>Password of the supervisor</source>
            <translation>पर्यवेक्षक का पासवर्ड</translation>
        </message>
        <message>
            <source>Password of {officer}</source>
            <translation>{officer} का पासवर्ड</translation>
        </message>
        <message>
            <source>Passwords alone open this station. Whoever has a copy of its disk can try passwords on it.</source>
            <translation>यह स्टेशन केवल पासवर्ड से खुलता है। जिसके पास इसकी डिस्क की प्रति हो वह उस पर पासवर्ड आज़मा सकता है।</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>रोकें</translation>
        </message>
        <message>
            <source>Paused. Everything taken so far is kept; go on whenever the person is ready.</source>
            <translation>रुका हुआ है। अब तक लिया गया सब सुरक्षित है; व्यक्ति तैयार हो तब आगे बढ़ें।</translation>
        </message>
        <message>
            <source>People</source>
            <translation>लोग</translation>
        </message>
        <message>
            <source>People are asked aloud during captures, by {voice}.</source>
            <translation>कैप्चर के दौरान लोगों से बोलकर कहा जाता है, {voice} द्वारा।</translation>
        </message>
        <message>
            <source>People of this station</source>
            <translation>इस स्टेशन के लोग</translation>
        </message>
        <message>
            <source>Person answered to what they were shown</source>
            <translation>व्यक्ति ने दिखाई गई जानकारी पर उत्तर दिया</translation>
        </message>
        <message>
            <source>Person did not agree; the registration ended</source>
            <translation>व्यक्ति सहमत नहीं हुआ; पंजीकरण समाप्त हुआ</translation>
        </message>
        <message>
            <source>Phone number</source>
            <translation>फ़ोन नंबर</translation>
        </message>
        <message>
            <source>Photo of the exception</source>
            <translation>अपवाद का फ़ोटो</translation>
        </message>
        <message>
            <source>Photo of the exception taken</source>
            <translation>अपवाद का फ़ोटो लिया गया</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>चित्र</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>चित्र</translation>
        </message>
        <message>
            <source>Pieces of evidence</source>
            <translation>साक्ष्य के अंश</translation>
        </message>
        <message>
            <source>Places found</source>
            <translation>मिली जगहें</translation>
        </message>
        <message>
            <source>Plaintext content destroyed</source>
            <translation>बिना कूटलेखन वाली सामग्री नष्ट की गई</translation>
        </message>
        <message>
            <source>Playing asks nobody and stores nothing.</source>
            <translation>चलाकर देखने में किसी से कुछ नहीं पूछा जाता और कुछ सहेजा नहीं जाता।</translation>
        </message>
        <message>
            <source>Please hold still.</source>
            <translation>कृपया स्थिर रहें।</translation>
        </message>
        <message>
            <source>Please lay both thumbs side by side on the glass.</source>
            <translation>कृपया दोनों अँगूठे काँच पर साथ-साथ रखें।</translation>
        </message>
        <message>
            <source>Please lay four fingers of your left hand flat on the glass.</source>
            <translation>कृपया बाएँ हाथ की चार उँगलियाँ काँच पर सीधी रखें।</translation>
        </message>
        <message>
            <source>Please lay four fingers of your right hand flat on the glass.</source>
            <translation>कृपया दाएँ हाथ की चार उँगलियाँ काँच पर सीधी रखें।</translation>
        </message>
        <message>
            <source>Please lay the fingers of your left hand flat on the glass.</source>
            <translation>कृपया बाएँ हाथ की उँगलियाँ काँच पर सीधी रखें।</translation>
        </message>
        <message>
            <source>Please lay the fingers of your right hand flat on the glass.</source>
            <translation>कृपया दाएँ हाथ की उँगलियाँ काँच पर सीधी रखें।</translation>
        </message>
        <message>
            <source>Please lay your thumb on the glass.</source>
            <translation>कृपया अपना अँगूठा काँच पर रखें।</translation>
        </message>
        <message>
            <source>Please lift your hand and lay it on the glass once more.</source>
            <translation>कृपया हाथ उठाएँ और एक बार फिर काँच पर रखें।</translation>
        </message>
        <message>
            <source>Please look into the device and keep both eyes wide open.</source>
            <translation>कृपया उपकरण में देखें और दोनों आँखें पूरी खुली रखें।</translation>
        </message>
        <message>
            <source>Please look into the device and keep the eye wide open.</source>
            <translation>कृपया उपकरण में देखें और आँख पूरी खुली रखें।</translation>
        </message>
        <message>
            <source>Please look straight into the camera.</source>
            <translation>कृपया सीधे कैमरे में देखें।</translation>
        </message>
        <message>
            <source>Please stay in front of the camera for one more picture.</source>
            <translation>कृपया एक और चित्र के लिए कैमरे के सामने रहें।</translation>
        </message>
        <message>
            <source>Please use the other hand or eye.</source>
            <translation>कृपया दूसरा हाथ या दूसरी आँख इस्तेमाल करें।</translation>
        </message>
        <message>
            <source>Plugged in</source>
            <translation>जुड़े हुए</translation>
        </message>
        <message>
            <source>Point at what cannot be captured</source>
            <translation>जो लिया नहीं जा सकता उस पर इशारा करें</translation>
        </message>
        <message>
            <source>Points by which a living face may be close</source>
            <translation>अंक जितने से जीवित चेहरा सीमा के निकट माना जाए</translation>
        </message>
        <message>
            <source>Policy</source>
            <translation>नीति</translation>
        </message>
        <message>
            <source>Poor captures were kept</source>
            <translation>कमज़ोर कैप्चर रखे गए</translation>
        </message>
        <message>
            <source>Port {port} is used by another program. Choose another one.</source>
            <translation>पोर्ट {port} का उपयोग कोई और प्रोग्राम कर रहा है। दूसरा चुनें।</translation>
        </message>
        <message>
            <source>Portrait</source>
            <translation>चित्र</translation>
        </message>
        <message>
            <source>Portrait of a document compared with the face</source>
            <translation>दस्तावेज़ के चित्र की चेहरे से तुलना हुई</translation>
        </message>
        <message>
            <source>Pre-registration</source>
            <translation>पूर्व-पंजीकरण</translation>
        </message>
        <message>
            <source>Pre-registration fetched and kept</source>
            <translation>पूर्व-पंजीकरण लाकर रखा गया</translation>
        </message>
        <message>
            <source>Pre-registration taken into a registration</source>
            <translation>पूर्व-पंजीकरण एक पंजीकरण में लिया गया</translation>
        </message>
        <message>
            <source>Pre-registrations destroyed, their time being over</source>
            <translation>समय समाप्त होने पर पूर्व-पंजीकरण नष्ट किए गए</translation>
        </message>
        <message>
            <source>Prefill</source>
            <translation>पहले से भरना</translation>
        </message>
        <message>
            <source>Press Scan: what the page says is filled into the form. Then go on.</source>
            <translation>स्कैन दबाएँ: पृष्ठ पर जो लिखा है वह फ़ॉर्म में भर जाता है। फिर आगे बढ़ें।</translation>
        </message>
        <message>
            <source>Press Start once. Everything is taken by itself; it stops where you have to decide.</source>
            <translation>एक बार शुरू करें दबाएँ। सब कुछ अपने आप लिया जाता है; जहाँ आपको निर्णय लेना है वहाँ रुकता है।</translation>
        </message>
        <message>
            <source>Press Start: everything is then taken by itself, one after the other.</source>
            <translation>शुरू करें दबाएँ: फिर सब अपने आप, एक के बाद एक लिया जाता है।</translation>
        </message>
        <message>
            <source>Press again to remove {name} for good, with finger and face.</source>
            <translation>{name} को उँगली और चेहरे सहित हमेशा के लिए हटाने को फिर से दबाएँ।</translation>
        </message>
        <message>
            <source>Press the button that has the frame, or tick the box</source>
            <translation>चौखटे वाला बटन दबाएँ, या खाने में निशान लगाएँ</translation>
        </message>
        <message>
            <source>Press the coloured button</source>
            <translation>रंगीन बटन दबाएँ</translation>
        </message>
        <message>
            <source>Press the large button: somebody new sits down before you.</source>
            <translation>बड़ा बटन दबाएँ: एक नया व्यक्ति आपके सामने बैठता है।</translation>
        </message>
        <message>
            <source>Press the way the person chooses, and do what stands in the middle.</source>
            <translation>व्यक्ति जो तरीका चुने उसे दबाएँ, और बीच में जो लिखा है वह करें।</translation>
        </message>
        <message>
            <source>Previous registration</source>
            <translation>पिछला पंजीकरण</translation>
        </message>
        <message>
            <source>Print the slip</source>
            <translation>पर्ची छापें</translation>
        </message>
        <message>
            <source>Print the slip and hand it to the person.</source>
            <translation>पर्ची छापें और व्यक्ति को दें।</translation>
        </message>
        <message>
            <source>Print the slip if you like, then press Next person. Sending goes on by itself.</source>
            <translation>चाहें तो पावती छापें, फिर अगला व्यक्ति दबाएँ। भेजना अपने आप होता रहता है।</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>प्रिंटर</translation>
        </message>
        <message>
            <source>Printing …</source>
            <translation>छापा जा रहा है …</translation>
        </message>
        <message>
            <source>Proof of address</source>
            <translation>पते का प्रमाण</translation>
        </message>
        <message>
            <source>Proof of an identity put together</source>
            <translation>पहचान का प्रमाण तैयार किया गया</translation>
        </message>
        <message>
            <source>Proof of an identity written; what it rests on destroyed here</source>
            <translation>पहचान का प्रमाण लिखा गया; उसका आधार यहाँ नष्ट किया गया</translation>
        </message>
        <message>
            <source>Proof of identity</source>
            <translation>पहचान का प्रमाण</translation>
        </message>
        <message>
            <source>Proof of identity cancelled</source>
            <translation>पहचान का प्रमाण रद्द हुआ</translation>
        </message>
        <message>
            <source>Proof of identity started</source>
            <translation>पहचान का प्रमाण शुरू हुआ</translation>
        </message>
        <message>
            <source>Proof of identity went on</source>
            <translation>पहचान का प्रमाण आगे बढ़ा</translation>
        </message>
        <message>
            <source>Proof of identity: what this station asks for</source>
            <translation>पहचान का प्रमाण: यह स्टेशन क्या माँगता है</translation>
        </message>
        <message>
            <source>Proof signed by the service</source>
            <translation>सेवा द्वारा हस्ताक्षरित प्रमाण</translation>
        </message>
        <message>
            <source>Proofing configuration</source>
            <translation>प्रमाण का कॉन्फ़िगरेशन</translation>
        </message>
        <message>
            <source>Proofing configuration set</source>
            <translation>प्रमाण का कॉन्फ़िगरेशन तय किया गया</translation>
        </message>
        <message>
            <source>Put away for now</source>
            <translation>अभी के लिए रख दें</translation>
        </message>
        <message>
            <source>Put away, to be finished</source>
            <translation>रखे हुए, पूरे करने बाकी</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>गुणवत्ता</translation>
        </message>
        <message>
            <source>Quality by device</source>
            <translation>उपकरण के अनुसार गुणवत्ता</translation>
        </message>
        <message>
            <source>Quality by officer</source>
            <translation>अधिकारी के अनुसार गुणवत्ता</translation>
        </message>
        <message>
            <source>Quality of what I capture</source>
            <translation>मेरे कैप्चर की गुणवत्ता</translation>
        </message>
        <message>
            <source>Read a document</source>
            <translation>दस्तावेज़ पढ़ें</translation>
        </message>
        <message>
            <source>Read the chip</source>
            <translation>चिप पढ़ें</translation>
        </message>
        <message>
            <source>Read the text to the person, or show it to them with F8. They agree: press the button.</source>
            <translation>व्यक्ति को पाठ पढ़कर सुनाएँ, या F8 से दिखाएँ। वह सहमत हो तो बटन दबाएँ।</translation>
        </message>
        <message>
            <source>Read this to the person first, and ask whether they agree.</source>
            <translation>पहले इसे व्यक्ति को पढ़कर सुनाएँ, और पूछें कि क्या वे सहमत हैं।</translation>
        </message>
        <message>
            <source>Read this to the person in a language they understand, then ask.</source>
            <translation>इसे व्यक्ति को ऐसी भाषा में पढ़कर सुनाएँ जो वे समझते हों, फिर पूछें।</translation>
        </message>
        <message>
            <source>Read this with your app, then type the code it shows.</source>
            <translation>इसे अपने ऐप से पढ़ें, फिर वह कोड टाइप करें जो वह दिखाता है।</translation>
        </message>
        <message>
            <source>Reading what it says …</source>
            <translation>पढ़ा जा रहा है कि क्या लिखा है …</translation>
        </message>
        <message>
            <source>Reading …</source>
            <translation>पढ़ा जा रहा है …</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>कारण</translation>
        </message>
        <message>
            <source>Reason given for samples below the threshold</source>
            <translation>सीमा से कम नमूनों का कारण दिया गया</translation>
        </message>
        <message>
            <source>Record of a register</source>
            <translation>रजिस्टर का अभिलेख</translation>
        </message>
        <message>
            <source>Records of the trail, the newest first</source>
            <translation>ऑडिट शृंखला के रिकॉर्ड, सबसे नए पहले</translation>
        </message>
        <message>
            <source>Recurring job ran</source>
            <translation>आवर्ती काम चला</translation>
        </message>
        <message>
            <source>Registered at station</source>
            <translation>पंजीकरण का स्टेशन</translation>
        </message>
        <message>
            <source>Registration</source>
            <translation>पंजीकरण</translation>
        </message>
        <message>
            <source>Registration confirmed by a supervisor</source>
            <translation>पर्यवेक्षक ने पंजीकरण की पुष्टि की</translation>
        </message>
        <message>
            <source>Registration discarded</source>
            <translation>पंजीकरण हटा दिया गया</translation>
        </message>
        <message>
            <source>Registration finished</source>
            <translation>पंजीकरण पूरा हुआ</translation>
        </message>
        <message>
            <source>Registration handed out to be reviewed elsewhere</source>
            <translation>पंजीकरण कहीं और समीक्षा के लिए दिया गया</translation>
        </message>
        <message>
            <source>Registration number</source>
            <translation>पंजीकरण संख्या</translation>
        </message>
        <message>
            <source>Registration officer</source>
            <translation>पंजीकरण अधिकारी</translation>
        </message>
        <message>
            <source>Registration resumed</source>
            <translation>पंजीकरण फिर शुरू हुआ</translation>
        </message>
        <message>
            <source>Registration signed by the officer</source>
            <translation>अधिकारी ने पंजीकरण पर हस्ताक्षर किए</translation>
        </message>
        <message>
            <source>Registration started</source>
            <translation>पंजीकरण शुरू हुआ</translation>
        </message>
        <message>
            <source>Registration was shown to a supervisor for review</source>
            <translation>पंजीकरण समीक्षा के लिए पर्यवेक्षक को दिखाया गया</translation>
        </message>
        <message>
            <source>Registration {number}</source>
            <translation>पंजीकरण {number}</translation>
        </message>
        <message>
            <source>Registration's proof of identity settled</source>
            <translation>पंजीकरण का पहचान-प्रमाण तय हुआ</translation>
        </message>
        <message>
            <source>Registrations</source>
            <translation>पंजीकरण</translation>
        </message>
        <message>
            <source>Registrations before an officer's exceptions are a sign</source>
            <translation>पंजीकरण जिनके बाद अधिकारी के अपवाद संकेत बनते हैं</translation>
        </message>
        <message>
            <source>Registrations by day</source>
            <translation>दिन के अनुसार पंजीकरण</translation>
        </message>
        <message>
            <source>Registrations by hour</source>
            <translation>घंटे के अनुसार पंजीकरण</translation>
        </message>
        <message>
            <source>Registrations put into the list for review</source>
            <translation>पंजीकरण समीक्षा की सूची में रखे गए</translation>
        </message>
        <message>
            <source>Registrations to be reviewed, the riskiest first</source>
            <translation>समीक्षा के लिए पंजीकरण, सबसे जोखिम वाले पहले</translation>
        </message>
        <message>
            <source>Registrations until hints go away by themselves</source>
            <translation>कितने पंजीकरणों के बाद संकेत अपने-आप हट जाते हैं</translation>
        </message>
        <message>
            <source>Reject</source>
            <translation>अस्वीकार करें</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>हटाएँ</translation>
        </message>
        <message>
            <source>Remove this page</source>
            <translation>यह पृष्ठ हटाएँ</translation>
        </message>
        <message>
            <source>Renew</source>
            <translation>नवीनीकरण करें</translation>
        </message>
        <message>
            <source>Results of a proof of identity written</source>
            <translation>पहचान के प्रमाण के परिणाम लिखे गए</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>समीक्षा</translation>
        </message>
        <message>
            <source>Review ({count})</source>
            <translation>समीक्षा ({count})</translation>
        </message>
        <message>
            <source>Right eye</source>
            <translation>दाईं आँख</translation>
        </message>
        <message>
            <source>Right hand</source>
            <translation>दायाँ हाथ</translation>
        </message>
        <message>
            <source>Right index finger</source>
            <translation>दाईं तर्जनी</translation>
        </message>
        <message>
            <source>Right little finger</source>
            <translation>दाईं कनिष्ठा</translation>
        </message>
        <message>
            <source>Right middle finger</source>
            <translation>दाईं मध्यमा</translation>
        </message>
        <message>
            <source>Right ring finger</source>
            <translation>दाईं अनामिका</translation>
        </message>
        <message>
            <source>Right thumb</source>
            <translation>दायाँ अँगूठा</translation>
        </message>
        <message>
            <source>Roles of an operator changed</source>
            <translation>कर्मचारी की भूमिकाएँ बदली गईं</translation>
        </message>
        <message>
            <source>Roll of 58 mm</source>
            <translation>58 mm का रोल</translation>
        </message>
        <message>
            <source>Roll of 80 mm</source>
            <translation>80 mm का रोल</translation>
        </message>
        <message>
            <source>Rule {rule} takes something from {source}, which is no step that finds anything.</source>
            <translation>नियम {rule}, {source} से कुछ लेता है, जो कुछ खोजने वाला चरण नहीं है।</translation>
        </message>
        <message>
            <source>Save a copy</source>
            <translation>प्रति सहेजें</translation>
        </message>
        <message>
            <source>Save a report for support</source>
            <translation>सहायता दल के लिए रिपोर्ट सहेजें</translation>
        </message>
        <message>
            <source>Save as PDF …</source>
            <translation>PDF के रूप में सहेजें …</translation>
        </message>
        <message>
            <source>Save the slip</source>
            <translation>पर्ची सहेजें</translation>
        </message>
        <message>
            <source>Say in a few words why the settings change.</source>
            <translation>कुछ शब्दों में बताएँ कि सेटिंग क्यों बदल रही हैं।</translation>
        </message>
        <message>
            <source>Say why this proof of identity is cancelled.</source>
            <translation>बताएँ कि पहचान का यह प्रमाण क्यों रद्द किया जाता है।</translation>
        </message>
        <message>
            <source>Says something else than the form: {fields}. Decide in Details.</source>
            <translation>फ़ॉर्म से अलग बताता है: {fields}। विवरण में तय करें।</translation>
        </message>
        <message>
            <source>Scan</source>
            <translation>स्कैन करें</translation>
        </message>
        <message>
            <source>Scan again</source>
            <translation>फिर से स्कैन करें</translation>
        </message>
        <message>
            <source>Scanning …</source>
            <translation>स्कैन हो रहा है …</translation>
        </message>
        <message>
            <source>Screen locked</source>
            <translation>स्क्रीन लॉक हुई</translation>
        </message>
        <message>
            <source>Screen unlocked</source>
            <translation>स्क्रीन खुली</translation>
        </message>
        <message>
            <source>Seal and send</source>
            <translation>सील करें और भेजें</translation>
        </message>
        <message>
            <source>Sealed</source>
            <translation>सील किए</translation>
        </message>
        <message>
            <source>Sealed and sent</source>
            <translation>सील किए और भेजे गए</translation>
        </message>
        <message>
            <source>Sealed far away</source>
            <translation>दूर मुहरबंद हुआ</translation>
        </message>
        <message>
            <source>Sealed packet destroyed, the server being done with it</source>
            <translation>सर्वर का काम पूरा होने पर सीलबंद पैकेट नष्ट हुआ</translation>
        </message>
        <message>
            <source>Sealed packet of {size} kB in the outbox.</source>
            <translation>{size} kB का सीलबंद पैकेट आउटबॉक्स में है।</translation>
        </message>
        <message>
            <source>Sealed {kilometres} km from where this station stands.</source>
            <translation>इस स्टेशन की जगह से {kilometres} km दूर सील किया गया।</translation>
        </message>
        <message>
            <source>Sealing a signed registration failed</source>
            <translation>हस्ताक्षरित पंजीकरण सील नहीं हो सका</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>खोजें</translation>
        </message>
        <message>
            <source>Searched for</source>
            <translation>खोजे गए</translation>
        </message>
        <message>
            <source>Searches for duplicates</source>
            <translation>दोहरे पंजीकरण की खोजें</translation>
        </message>
        <message>
            <source>Second language</source>
            <translation>दूसरी भाषा</translation>
        </message>
        <message>
            <source>Seconds a clock may be set back</source>
            <translation>सेकंड जितनी घड़ी पीछे की जा सकती है</translation>
        </message>
        <message>
            <source>Seconds between this clock and the server's</source>
            <translation>इस घड़ी और सर्वर की घड़ी के बीच सेकंड</translation>
        </message>
        <message>
            <source>Seconds of the first wait; the next ones are twice as long each</source>
            <translation>पहली प्रतीक्षा के सेकंड; हर अगली दोगुनी होती है</translation>
        </message>
        <message>
            <source>Seconds of the longest wait</source>
            <translation>सबसे लंबी प्रतीक्षा के सेकंड</translation>
        </message>
        <message>
            <source>Secret of a proofing method kept</source>
            <translation>प्रमाण विधि की गुप्त कुंजी रखी गई</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>फिर से भेजें</translation>
        </message>
        <message>
            <source>Send another code</source>
            <translation>दूसरा कोड भेजें</translation>
        </message>
        <message>
            <source>Send back</source>
            <translation>वापस भेजें</translation>
        </message>
        <message>
            <source>Send now</source>
            <translation>अभी भेजें</translation>
        </message>
        <message>
            <source>Sending abroad</source>
            <translation>विदेश भेजना</translation>
        </message>
        <message>
            <source>Sending continued</source>
            <translation>भेजना फिर शुरू हुआ</translation>
        </message>
        <message>
            <source>Sending is paused at this station. The packet is kept and goes when sending is continued.</source>
            <translation>इस स्टेशन पर भेजना रुका हुआ है। पैकेट सुरक्षित है और भेजना फिर शुरू होने पर जाएगा।</translation>
        </message>
        <message>
            <source>Sending is paused. {count} packets wait.</source>
            <translation>भेजना रुका हुआ है। {count} पैकेट प्रतीक्षा में हैं।</translation>
        </message>
        <message>
            <source>Sending paused</source>
            <translation>भेजना रोका गया</translation>
        </message>
        <message>
            <source>Sending …</source>
            <translation>भेजा जा रहा है …</translation>
        </message>
        <message>
            <source>Sent</source>
            <translation>भेजे गए</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>सर्वर</translation>
        </message>
        <message>
            <source>Server asked what became of packets</source>
            <translation>सर्वर से पूछा गया कि पैकेटों का क्या हुआ</translation>
        </message>
        <message>
            <source>Server certificate stored</source>
            <translation>सर्वर का प्रमाणपत्र सहेजा गया</translation>
        </message>
        <message>
            <source>Server said the same as before</source>
            <translation>सर्वर ने पहले जैसा ही कहा</translation>
        </message>
        <message>
            <source>Server said what became of a packet</source>
            <translation>सर्वर ने बताया कि पैकेट का क्या हुआ</translation>
        </message>
        <message>
            <source>Server wants a packet sent again</source>
            <translation>सर्वर चाहता है कि पैकेट फिर भेजा जाए</translation>
        </message>
        <message>
            <source>Service asked whether it is there</source>
            <translation>सेवा से पूछा गया कि वह उपलब्ध है या नहीं</translation>
        </message>
        <message>
            <source>Services that prove who people are. Checking whether they are there tells them of nobody.</source>
            <translation>सेवाएँ जो लोगों की पहचान सिद्ध करती हैं। उनकी उपलब्धता जाँचने से उन्हें किसी के बारे में कुछ पता नहीं चलता।</translation>
        </message>
        <message>
            <source>Set up an authenticator</source>
            <translation>ऑथेंटिकेटर सेट करें</translation>
        </message>
        <message>
            <source>Set up the station</source>
            <translation>स्टेशन सेट करें</translation>
        </message>
        <message>
            <source>Set up this station</source>
            <translation>यह स्टेशन सेट करें</translation>
        </message>
        <message>
            <source>Set up what this station asks for before you go on.</source>
            <translation>आगे बढ़ने से पहले वह सेट करें जो यह स्टेशन माँगता है।</translation>
        </message>
        <message>
            <source>Set up. Setting it up again replaces it.</source>
            <translation>सेट है। फिर से सेट करने पर यह बदल जाएगा।</translation>
        </message>
        <message>
            <source>Set-up bundle imported</source>
            <translation>सेट-अप बंडल लिया गया</translation>
        </message>
        <message>
            <source>Setting</source>
            <translation>सेटिंग</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>सेटिंग</translation>
        </message>
        <message>
            <source>Settings of the station changed</source>
            <translation>केंद्र की सेटिंग बदली गईं</translation>
        </message>
        <message>
            <source>Settings to be changed: {count}</source>
            <translation>बदली जाने वाली सेटिंग: {count}</translation>
        </message>
        <message>
            <source>Sex</source>
            <translation>लिंग</translation>
        </message>
        <message>
            <source>Share of the rest that is looked at (0 to 1)</source>
            <translation>शेष का हिस्सा जो देखा जाता है (0 से 1)</translation>
        </message>
        <message>
            <source>Shared document</source>
            <translation>साझा दस्तावेज़</translation>
        </message>
        <message>
            <source>Sharing of details</source>
            <translation>विवरण साझा करना</translation>
        </message>
        <message>
            <source>Show everything</source>
            <translation>सब दिखाएँ</translation>
        </message>
        <message>
            <source>Show to the camera</source>
            <translation>कैमरे को दिखाएँ</translation>
        </message>
        <message>
            <source>Show to the person</source>
            <translation>व्यक्ति को दिखाएँ</translation>
        </message>
        <message>
            <source>Show to the person ({key})</source>
            <translation>व्यक्ति को दिखाएँ ({key})</translation>
        </message>
        <message>
            <source>Show where</source>
            <translation>दिखाएँ कहाँ</translation>
        </message>
        <message>
            <source>Shown so far: {level}</source>
            <translation>अब तक दिखाया गया: {level}</translation>
        </message>
        <message>
            <source>Sign</source>
            <translation>हस्ताक्षर</translation>
        </message>
        <message>
            <source>Sign and send</source>
            <translation>हस्ताक्षर करें और भेजें</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>साइन इन करें</translation>
        </message>
        <message>
            <source>Sign off</source>
            <translation>पक्का करें</translation>
        </message>
        <message>
            <source>Sign off ({count})</source>
            <translation>पक्का करें ({count})</translation>
        </message>
        <message>
            <source>Sign out</source>
            <translation>साइन आउट करें</translation>
        </message>
        <message>
            <source>Sign the change</source>
            <translation>परिवर्तन पर हस्ताक्षर करें</translation>
        </message>
        <message>
            <source>Sign-in at a provider</source>
            <translation>प्रदाता पर साइन-इन</translation>
        </message>
        <message>
            <source>Sign-in at the server failed</source>
            <translation>सर्वर पर साइन-इन विफल हुआ</translation>
        </message>
        <message>
            <source>Signed and kept. It can be sealed once this station has reached the server for the first time; until then it waits on the desk.</source>
            <translation>हस्ताक्षर हो गए और सहेजा गया। जब यह स्टेशन पहली बार सर्वर तक पहुँचेगा तब इसे सील किया जा सकेगा; तब तक यह डेस्क पर प्रतीक्षा करेगा।</translation>
        </message>
        <message>
            <source>Signed by the key {fingerprint}</source>
            <translation>कुंजी {fingerprint} से हस्ताक्षरित</translation>
        </message>
        <message>
            <source>Signed report about a registration written</source>
            <translation>पंजीकरण के बारे में हस्ताक्षरित रिपोर्ट लिखी गई</translation>
        </message>
        <message>
            <source>Signed. It is sealed in the background; the next person may sit down.</source>
            <translation>हस्ताक्षर हो गए। इसे पीछे सील किया जा रहा है; अगला व्यक्ति बैठ सकता है।</translation>
        </message>
        <message>
            <source>Signing …</source>
            <translation>हस्ताक्षर हो रहे हैं …</translation>
        </message>
        <message>
            <source>Signs for and against a living face were shown</source>
            <translation>जीवित चेहरे के पक्ष और विपक्ष के संकेत दिखाए गए</translation>
        </message>
        <message>
            <source>Since when it counts</source>
            <translation>कब से लागू है</translation>
        </message>
        <message>
            <source>Since {since} nobody was wrong with a password.</source>
            <translation>{since} से किसी ने पासवर्ड में ग़लती नहीं की।</translation>
        </message>
        <message>
            <source>Since {since} nothing was done here that a limit could have stopped.</source>
            <translation>{since} से यहाँ ऐसा कुछ नहीं हुआ जिसे कोई सीमा रोक सकती थी।</translation>
        </message>
        <message>
            <source>Since {since} the screen locked by itself {locks} times. How often more it would have cannot be told: when somebody last touched the computer is not kept.</source>
            <translation>{since} से स्क्रीन {locks} बार अपने-आप लॉक हुई। और कितनी बार होती, यह नहीं बताया जा सकता: कंप्यूटर को आख़िरी बार कब छुआ गया, यह दर्ज नहीं रहता।</translation>
        </message>
        <message>
            <source>Since {since} the screen locked by itself {locks} times; {spared} times it would not have.</source>
            <translation>{since} से स्क्रीन {locks} बार अपने-आप लॉक हुई; उनमें से {spared} बार नहीं होती।</translation>
        </message>
        <message>
            <source>Since {since} the station would have stood still on {stopped} more days, and no longer on {freed}; {begun} of {all} registrations were begun meanwhile (told from {records} records of the trail).</source>
            <translation>{since} से स्टेशन {stopped} और दिनों में रुका होता, और {freed} दिनों में अब नहीं रुकता; इस बीच {all} में से {begun} पंजीकरण शुरू हुए (लेखा के {records} अभिलेखों से)।</translation>
        </message>
        <message>
            <source>Since {since} there were {wrong} wrong attempts in {rows} series; in {differing} of them the wait would have been another one.</source>
            <translation>{since} से {rows} क्रमों में {wrong} ग़लत प्रयास हुए; उनमें से {differing} में प्रतीक्षा अलग होती।</translation>
        </message>
        <message>
            <source>Sit a little higher.</source>
            <translation>थोड़ा ऊँचा बैठें।</translation>
        </message>
        <message>
            <source>Sit a little lower.</source>
            <translation>थोड़ा नीचे बैठें।</translation>
        </message>
        <message>
            <source>Six digits</source>
            <translation>छह अंक</translation>
        </message>
        <message>
            <source>Size: about {now} MB of {limit} MB that can be sent.</source>
            <translation>आकार: भेजे जा सकने वाले {limit} MB में से लगभग {now} MB।</translation>
        </message>
        <message>
            <source>Size: {now} MB so far, about {expected} MB with all that is to come, of {limit} MB that can be sent.</source>
            <translation>आकार: अब तक {now} MB, आने वाली सब चीज़ों सहित लगभग {expected} MB, भेजे जा सकने वाले {limit} MB में से।</translation>
        </message>
        <message>
            <source>Slip</source>
            <translation>पर्ची</translation>
        </message>
        <message>
            <source>Slip printed or written</source>
            <translation>पर्ची छापी या लिखी गई</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>छोटा</translation>
        </message>
        <message>
            <source>Some documents cannot be read here: scan them.</source>
            <translation>कुछ दस्तावेज़ यहाँ पढ़े नहीं जा सकते: उन्हें स्कैन करें।</translation>
        </message>
        <message>
            <source>Some of those who confirm it are in another country.</source>
            <translation>इसकी पुष्टि करने वालों में से कुछ दूसरे देश में हैं।</translation>
        </message>
        <message>
            <source>Somebody else signs in</source>
            <translation>कोई और साइन इन करे</translation>
        </message>
        <message>
            <source>Somebody else went on with this proof of identity: it is at {actual}, not at {expected}.</source>
            <translation>कोई और पहचान के इस प्रमाण में आगे बढ़ा: यह {actual} पर है, {expected} पर नहीं।</translation>
        </message>
        <message>
            <source>Somebody looks alike</source>
            <translation>कोई मिलता-जुलता दिखता है</translation>
        </message>
        <message>
            <source>Somebody new</source>
            <translation>कोई नया व्यक्ति</translation>
        </message>
        <message>
            <source>Somebody of that user name works here already. Choose another name.</source>
            <translation>इस उपयोगकर्ता नाम का कोई यहाँ पहले से काम करता है। दूसरा नाम चुनें।</translation>
        </message>
        <message>
            <source>Somebody outside answers. The answer comes by itself.</source>
            <translation>उत्तर बाहर से कोई देता है। उत्तर अपने आप आता है।</translation>
        </message>
        <message>
            <source>Somebody vouched</source>
            <translation>किसी ने पुष्टि की</translation>
        </message>
        <message>
            <source>Somebody vouches for the person</source>
            <translation>कोई व्यक्ति की ज़िम्मेदारी लेता है</translation>
        </message>
        <message>
            <source>Something covers the document. Take your hand away from it.</source>
            <translation>कुछ दस्तावेज़ को ढक रहा है। अपना हाथ उससे हटा लें।</translation>
        </message>
        <message>
            <source>Something else happened to the step {node} meanwhile. Look at it again before you go on.</source>
            <translation>इस बीच चरण {node} में कुछ और हुआ। आगे बढ़ने से पहले उसे फिर देखें।</translation>
        </message>
        <message>
            <source>Something is mirrored in the eye. Take glasses off, and turn away from windows.</source>
            <translation>आँख में किसी चीज़ की परछाईं है। चश्मा उतारें और खिड़कियों से मुँह मोड़ें।</translation>
        </message>
        <message>
            <source>Something is missing in this form.</source>
            <translation>इस फ़ॉर्म में कुछ कम है।</translation>
        </message>
        <message>
            <source>Something is missing or not right: see the fields with a red frame.</source>
            <translation>कुछ कम या ग़लत है: लाल चौखटे वाले खाने देखें।</translation>
        </message>
        <message>
            <source>Something is still missing. Go back to the step that is not ticked.</source>
            <translation>अभी कुछ कम है। उस चरण पर वापस जाएँ जिस पर सही का निशान नहीं है।</translation>
        </message>
        <message>
            <source>Something is wrong with the chip. Nothing was taken from it. Call your supervisor.</source>
            <translation>चिप में कुछ गड़बड़ है। उससे कुछ नहीं लिया गया। अपने पर्यवेक्षक को बुलाएँ।</translation>
        </message>
        <message>
            <source>Something went wrong inside the program ({kind}). What was confirmed before is kept; try again, and tell your supervisor if it stays.</source>
            <translation>प्रोग्राम के भीतर कुछ गड़बड़ हुई ({kind})। पहले जिसकी पुष्टि हुई वह सुरक्षित है; फिर प्रयास करें, और यदि गड़बड़ बनी रहे तो अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>Something went wrong with this service when it was asked last. Check it again.</source>
            <translation>पिछली बार पूछने पर इस सेवा में कुछ गड़बड़ हुई। उसे फिर जाँचें।</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>Space</translation>
        </message>
        <message>
            <source>Speaks against it</source>
            <translation>इसके विरुद्ध</translation>
        </message>
        <message>
            <source>Speed of sending limited</source>
            <translation>भेजने की गति सीमित की गई</translation>
        </message>
        <message>
            <source>Standing</source>
            <translation>स्थिति</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>शुरू करें</translation>
        </message>
        <message>
            <source>Start (Space)</source>
            <translation>शुरू करें (Space)</translation>
        </message>
        <message>
            <source>Start a new registration</source>
            <translation>नया पंजीकरण शुरू करें</translation>
        </message>
        <message>
            <source>Start, go on, or take the picture</source>
            <translation>शुरू करें, आगे बढ़ें, या चित्र लें</translation>
        </message>
        <message>
            <source>State</source>
            <translation>स्थिति</translation>
        </message>
        <message>
            <source>State: {state}</source>
            <translation>स्थिति: {state}</translation>
        </message>
        <message>
            <source>Station</source>
            <translation>स्टेशन</translation>
        </message>
        <message>
            <source>Station bound to this computer, or released</source>
            <translation>स्टेशन इस कंप्यूटर से बाँधा या मुक्त किया गया</translation>
        </message>
        <message>
            <source>Station created</source>
            <translation>स्टेशन बनाया गया</translation>
        </message>
        <message>
            <source>Station {station}, from {first} to {last}</source>
            <translation>स्टेशन {station}, {first} से {last} तक</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>चरण</translation>
        </message>
        <message>
            <source>Step completed</source>
            <translation>चरण पूरा हुआ</translation>
        </message>
        <message>
            <source>Still reading what the document says …</source>
            <translation>अभी पढ़ा जा रहा है कि दस्तावेज़ क्या बताता है …</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>रोकें</translation>
        </message>
        <message>
            <source>Stored faces are damaged and were not compared ({count}). Whether this person was here before is not sure.</source>
            <translation>सहेजे हुए चेहरे ख़राब हैं और उनकी तुलना नहीं हुई ({count})। यह व्यक्ति पहले यहाँ आया था या नहीं, यह निश्चित नहीं है।</translation>
        </message>
        <message>
            <source>Story</source>
            <translation>कहानी</translation>
        </message>
        <message>
            <source>Supervisor</source>
            <translation>पर्यवेक्षक</translation>
        </message>
        <message>
            <source>Supervisor decided, to be signed off</source>
            <translation>पर्यवेक्षक ने निर्णय लिया, पक्का होना बाकी</translation>
        </message>
        <message>
            <source>Supervisor signed off a number of decisions</source>
            <translation>पर्यवेक्षक ने कई निर्णय पक्के किए</translation>
        </message>
        <message>
            <source>Supervisor's decision signed off</source>
            <translation>पर्यवेक्षक का निर्णय पक्का हुआ</translation>
        </message>
        <message>
            <source>Tab</source>
            <translation>Tab</translation>
        </message>
        <message>
            <source>Take a moment longer before the capture, and look at the glass or the lens first.</source>
            <translation>कैप्चर से पहले थोड़ा और समय लें, और पहले शीशा या लेंस देखें।</translation>
        </message>
        <message>
            <source>Take any</source>
            <translation>कोई भी लें</translation>
        </message>
        <message>
            <source>Take it</source>
            <translation>इसे लें</translation>
        </message>
        <message>
            <source>Take it again</source>
            <translation>फिर से लें</translation>
        </message>
        <message>
            <source>Take it without what the services signed</source>
            <translation>सेवाओं के हस्ताक्षर के बिना लें</translation>
        </message>
        <message>
            <source>Take one picture of the face together with what cannot be captured: {missing}.</source>
            <translation>चेहरे का एक चित्र उसके साथ लें जो लिया नहीं जा सकता: {missing}।</translation>
        </message>
        <message>
            <source>Take the picture (Space)</source>
            <translation>चित्र लें (Space)</translation>
        </message>
        <message>
            <source>Take the picture when everything is to be seen.</source>
            <translation>जब सब कुछ दिखाई दे तब चित्र लें।</translation>
        </message>
        <message>
            <source>Take the proof</source>
            <translation>प्रमाण लें</translation>
        </message>
        <message>
            <source>Take these settings again</source>
            <translation>ये सेटिंग फिर से लें</translation>
        </message>
        <message>
            <source>Team's median</source>
            <translation>टीम की माध्यिका</translation>
        </message>
        <message>
            <source>Template of a face destroyed</source>
            <translation>चेहरे का टेम्पलेट नष्ट किया गया</translation>
        </message>
        <message>
            <source>Template of a face kept to search among</source>
            <translation>खोजने के लिए चेहरे का टेम्पलेट रखा गया</translation>
        </message>
        <message>
            <source>Templates destroyed, their time being over</source>
            <translation>समय समाप्त होने पर टेम्पलेट नष्ट किए गए</translation>
        </message>
        <message>
            <source>Templates found damaged</source>
            <translation>टेम्पलेट ख़राब मिले</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>जाँचें</translation>
        </message>
        <message>
            <source>Test {name}</source>
            <translation>{name} जाँचें</translation>
        </message>
        <message>
            <source>Thank you, that is good.</source>
            <translation>धन्यवाद, यह अच्छा है।</translation>
        </message>
        <message>
            <source>Thank you, that was all.</source>
            <translation>धन्यवाद, सब हो गया।</translation>
        </message>
        <message>
            <source>That a living person sat before the camera rests on the officer's word alone.</source>
            <translation>कैमरे के सामने जीवित व्यक्ति था, यह केवल अधिकारी के वचन पर टिका है।</translation>
        </message>
        <message>
            <source>That the face is a living one was close: {value}, where {threshold} is enough.</source>
            <translation>चेहरा जीवित है, यह कम अंतर से तय हुआ: {value}, जबकि {threshold} काफ़ी है।</translation>
        </message>
        <message>
            <source>That was not it. The code of the authenticator</source>
            <translation>यह सही नहीं था। ऑथेंटिकेटर का कोड</translation>
        </message>
        <message>
            <source>That was not it. The code sent to {where}</source>
            <translation>यह सही नहीं था। {where} पर भेजा गया कोड</translation>
        </message>
        <message>
            <source>The ID schema always requires {field}, and its condition can hide it: a server may refuse who lacks it.</source>
            <translation>पहचान-स्कीमा को {field} हमेशा चाहिए, और उसकी शर्त उसे छिपा सकती है: जिसके पास वह न हो उसे सर्वर अस्वीकार कर सकता है।</translation>
        </message>
        <message>
            <source>The ID schema cannot be read. Ask your administrator.</source>
            <translation>पहचान-स्कीमा पढ़ा नहीं जा सकता। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The ID schema gives the field {field} the category kyc. A server finds no documents and no biometrics there. Ask your administrator.</source>
            <translation>पहचान-स्कीमा खाने {field} को श्रेणी kyc देता है। सर्वर को वहाँ न दस्तावेज़ मिलते हैं न बायोमेट्रिक। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The ID schema has no field {field}: what is typed there is never delivered.</source>
            <translation>पहचान-स्कीमा में खाना {field} नहीं है: वहाँ टाइप किया गया कभी नहीं भेजा जाता।</translation>
        </message>
        <message>
            <source>The ID schema has no handle {field}: nobody could sign in by it. Mark the field there.</source>
            <translation>पहचान-स्कीमा में हैंडल {field} नहीं है: कोई उससे साइन इन नहीं कर सकता। वहाँ खाने को चिह्नित करें।</translation>
        </message>
        <message>
            <source>The ID schema requires {field}, and no screen asks for it. Add the field to a screen.</source>
            <translation>पहचान-स्कीमा को {field} चाहिए, और कोई स्क्रीन उसे नहीं माँगती। खाने को किसी स्क्रीन में जोड़ें।</translation>
        </message>
        <message>
            <source>The ID schema sends a field to a part of the packet that does not exist.</source>
            <translation>पहचान-स्कीमा एक खाने को पैकेट के ऐसे भाग में भेजता है जो है ही नहीं।</translation>
        </message>
        <message>
            <source>The JPEG 2000 picture is cut off or damaged.</source>
            <translation>JPEG 2000 चित्र कटा हुआ या ख़राब है।</translation>
        </message>
        <message>
            <source>The PDF holds no pages this program can read. Scan the document instead.</source>
            <translation>PDF में ऐसे पृष्ठ नहीं हैं जिन्हें यह प्रोग्राम पढ़ सके। इसके बजाय दस्तावेज़ स्कैन करें।</translation>
        </message>
        <message>
            <source>The WSQ picture is cut off or damaged, at byte {offset}.</source>
            <translation>WSQ चित्र कटा हुआ या ख़राब है, बाइट {offset} पर।</translation>
        </message>
        <message>
            <source>The WSQ picture is larger than any fingerprint reader makes.</source>
            <translation>WSQ चित्र किसी भी फ़िंगरप्रिंट रीडर के चित्र से बड़ा है।</translation>
        </message>
        <message>
            <source>The address is not right</source>
            <translation>पता सही नहीं है</translation>
        </message>
        <message>
            <source>The address of the service that proves identities is not secure (https), so it was not asked. Tell your administrator.</source>
            <translation>पहचान सिद्ध करने वाली सेवा का पता सुरक्षित (https) नहीं है, इसलिए उससे नहीं पूछा गया। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The age does not fit the photo</source>
            <translation>आयु फ़ोटो से मेल नहीं खाती</translation>
        </message>
        <message>
            <source>The age groups cannot be read. They are written like {example}. Ask your administrator.</source>
            <translation>आयु समूह पढ़े नहीं जा सकते। वे ऐसे लिखे जाते हैं: {example}। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The age groups {first} and {second} overlap: nobody can tell which rules count. Ask your administrator.</source>
            <translation>आयु समूह {first} और {second} एक-दूसरे पर आते हैं: पता नहीं चलता कि कौन से नियम लागू हैं। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The answer cannot be written. Perhaps the disk is full.</source>
            <translation>उत्तर लिखा नहीं जा सकता। शायद डिस्क भरी है।</translation>
        </message>
        <message>
            <source>The answer for the step {node} came too late. Begin this step again.</source>
            <translation>चरण {node} का उत्तर बहुत देर से आया। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The answer in the browser belongs to another request. Begin this step again.</source>
            <translation>ब्राउज़र का उत्तर किसी दूसरे अनुरोध का है। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The answer in the browser belongs to another sign-in. Begin this step again.</source>
            <translation>ब्राउज़र का उत्तर किसी दूसरे साइन-इन का है। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The answer in the browser is from another identity provider than the one that was asked.</source>
            <translation>ब्राउज़र का उत्तर उस पहचान प्रदाता का नहीं है जिससे पूछा गया था।</translation>
        </message>
        <message>
            <source>The answer of the service that proves identities cannot be read. Tell your administrator.</source>
            <translation>पहचान सिद्ध करने वाली सेवा का उत्तर पढ़ा नहीं जा सकता। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The answer of the service that proves identities was too long and was not read. Tell your administrator.</source>
            <translation>पहचान सिद्ध करने वाली सेवा का उत्तर बहुत लंबा था और पढ़ा नहीं गया। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The answer of the {kind} lacks what is needed ({part}). Tell support.</source>
            <translation>{kind} के उत्तर में आवश्यक भाग नहीं है ({part})। सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The app is on this computer</source>
            <translation>ऐप इसी कंप्यूटर पर है</translation>
        </message>
        <message>
            <source>The attempts are used up and something is still missing: {fingers}. Take it once more, or say that it cannot be captured.</source>
            <translation>प्रयास समाप्त हो गए और अब भी कुछ कम है: {fingers}। एक बार और लें, या बताएँ कि वह लिया नहीं जा सकता।</translation>
        </message>
        <message>
            <source>The attempts are used up. Keep the best there is and say why, or take it once more.</source>
            <translation>प्रयास समाप्त हो गए। जो सबसे अच्छा है उसे रखें और कारण बताएँ, या एक बार और लें।</translation>
        </message>
        <message>
            <source>The audit records in the packet are not a list of names with texts.</source>
            <translation>पैकेट के ऑडिट रिकॉर्ड पाठ सहित नामों की सूची नहीं हैं।</translation>
        </message>
        <message>
            <source>The background is not plain. Put a plain screen behind the person.</source>
            <translation>पृष्ठभूमि सादी नहीं है। व्यक्ति के पीछे सादा पर्दा लगाएँ।</translation>
        </message>
        <message>
            <source>The backup was made by another version of Muster: restore it with that one ({version}).</source>
            <translation>बैकअप Muster के किसी अन्य संस्करण से बनाया गया था: उसी से पुनर्स्थापित करें ({version})।</translation>
        </message>
        <message>
            <source>The barcode</source>
            <translation>बारकोड</translation>
        </message>
        <message>
            <source>The biometric file has a part that does not belong there, stands in the wrong order or stands twice.</source>
            <translation>बायोमेट्रिक फ़ाइल में एक भाग ऐसा है जो वहाँ का नहीं है, ग़लत क्रम में है या दो बार है।</translation>
        </message>
        <message>
            <source>The biometric file has samples inside samples, too deep to be followed.</source>
            <translation>बायोमेट्रिक फ़ाइल में नमूनों के भीतर नमूने हैं, इतने गहरे कि समझे नहीं जा सकते।</translation>
        </message>
        <message>
            <source>The biometric file has text where only parts may stand.</source>
            <translation>बायोमेट्रिक फ़ाइल में वहाँ पाठ है जहाँ केवल भाग हो सकते हैं।</translation>
        </message>
        <message>
            <source>The biometric file holds more samples than any registration has.</source>
            <translation>बायोमेट्रिक फ़ाइल में किसी भी पंजीकरण से अधिक नमूने हैं।</translation>
        </message>
        <message>
            <source>The biometric file is not readable XML.</source>
            <translation>बायोमेट्रिक फ़ाइल पढ़ने योग्य XML नहीं है।</translation>
        </message>
        <message>
            <source>The biometric file lacks a part its schema demands.</source>
            <translation>बायोमेट्रिक फ़ाइल में वह भाग नहीं है जो उसका स्कीमा माँगता है।</translation>
        </message>
        <message>
            <source>The biometric file lacks a part that every record must have.</source>
            <translation>बायोमेट्रिक फ़ाइल में वह भाग नहीं है जो हर रिकॉर्ड में होना चाहिए।</translation>
        </message>
        <message>
            <source>The biometric file uses a word that its schema does not know.</source>
            <translation>बायोमेट्रिक फ़ाइल में ऐसा शब्द है जो उसका स्कीमा नहीं जानता।</translation>
        </message>
        <message>
            <source>The built-in receiver did not start. Packets stay in the outbox.</source>
            <translation>अंतर्निहित रिसीवर शुरू नहीं हुआ। पैकेट आउटबॉक्स में रहेंगे।</translation>
        </message>
        <message>
            <source>The camera sees nothing but black. Open its cover, switch on the light and try again.</source>
            <translation>कैमरे को काले के सिवा कुछ नहीं दिखता। उसका ढक्कन खोलें, रोशनी जलाएँ और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The camera sends pictures in a form this program cannot read. Use another camera.</source>
            <translation>कैमरा ऐसे रूप में चित्र भेजता है जिसे यह प्रोग्राम पढ़ नहीं सकता। दूसरा कैमरा लें।</translation>
        </message>
        <message>
            <source>The camera stopped sending pictures. Check its power and its cable, then try again.</source>
            <translation>कैमरे ने चित्र भेजना बंद कर दिया। उसकी बिजली और तार देखें, फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The capture technology in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दी गई कैप्चर तकनीक मानक में नहीं है।</translation>
        </message>
        <message>
            <source>The captures of the {kind} do not follow each other without a gap. Begin with this device again.</source>
            <translation>{kind} के कैप्चर बिना अंतर के एक-दूसरे के बाद नहीं आते। इस उपकरण से फिर शुरू करें।</translation>
        </message>
        <message>
            <source>The case is closed. What the proof rests on is no longer here.</source>
            <translation>मामला बंद है। प्रमाण का आधार अब यहाँ नहीं है।</translation>
        </message>
        <message>
            <source>The center's key cannot be read: it is a file with 64 hexadecimal digits.</source>
            <translation>केंद्र की कुंजी पढ़ी नहीं जा सकती: वह 64 हेक्साडेसिमल अंकों की फ़ाइल है।</translation>
        </message>
        <message>
            <source>The center's server compares no faces for this station (its code: {server_code}). Tell your administrator.</source>
            <translation>केंद्र का सर्वर इस स्टेशन के लिए चेहरों की तुलना नहीं करता (उसका कोड: {server_code})। अपने प्रशासक को बताएँ।</translation>
        </message>
        <message>
            <source>The centre does not accept this station's questions to wallets. Tell your administrator.</source>
            <translation>केंद्र वॉलेट से इस स्टेशन के प्रश्न स्वीकार नहीं करता। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The centre does not know the question to the wallet any more. Begin this step again.</source>
            <translation>केंद्र वॉलेट से पूछे गए प्रश्न को अब नहीं जानता। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The certificate by which wallets know this station has expired, or does not count yet. Check this computer's clock, then tell your administrator.</source>
            <translation>जिस प्रमाणपत्र से वॉलेट इस स्टेशन को पहचानते हैं वह समाप्त हो गया है या अभी मान्य नहीं है। इस कंप्यूटर की घड़ी जाँचें, फिर अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The certificate is not valid at this time. Check this computer's clock first.</source>
            <translation>प्रमाणपत्र इस समय मान्य नहीं है। पहले इस कंप्यूटर की घड़ी जाँचें।</translation>
        </message>
        <message>
            <source>The certificate of the authority that issued the document is not valid at this time.</source>
            <translation>दस्तावेज़ जारी करने वाले प्राधिकरण का प्रमाणपत्र इस समय मान्य नहीं है।</translation>
        </message>
        <message>
            <source>The certificate of the {kind} ends in {days} days. Have it renewed before.</source>
            <translation>{kind} का प्रमाणपत्र {days} दिन में समाप्त होगा। उससे पहले नया कराएँ।</translation>
        </message>
        <message>
            <source>The certificate of the {kind} has expired. Connect it to its maker's server, or use another device.</source>
            <translation>{kind} का प्रमाणपत्र समाप्त हो गया है। उसे उसके निर्माता के सर्वर से जोड़ें, या दूसरा उपकरण लें।</translation>
        </message>
        <message>
            <source>The certificate of the {kind} is not valid yet. Check the date and time of this computer.</source>
            <translation>{kind} का प्रमाणपत्र अभी मान्य नहीं है। इस कंप्यूटर की तारीख़ और समय जाँचें।</translation>
        </message>
        <message>
            <source>The certificate of whoever signed the chip is not one for signing documents. Nothing shows that the chip is genuine.</source>
            <translation>चिप पर हस्ताक्षर करने वाले का प्रमाणपत्र दस्तावेज़ों पर हस्ताक्षर के लिए नहीं है। कुछ भी यह नहीं दिखाता कि चिप असली है।</translation>
        </message>
        <message>
            <source>The certificate of whoever signed the chip is not valid at this time.</source>
            <translation>चिप पर हस्ताक्षर करने वाले का प्रमाणपत्र इस समय मान्य नहीं है।</translation>
        </message>
        <message>
            <source>The certificate the server signs with cannot be used. Check this computer's clock, then tell your administrator.</source>
            <translation>सर्वर जिस प्रमाणपत्र से हस्ताक्षर करता है वह उपयोग नहीं हो सकता। इस कंप्यूटर की घड़ी जाँचें, फिर अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The check digits of the lines on the chip are wrong. No issuer writes such lines.</source>
            <translation>चिप की पंक्तियों के जाँच अंक ग़लत हैं। कोई जारीकर्ता ऐसी पंक्तियाँ नहीं लिखता।</translation>
        </message>
        <message>
            <source>The chip could not show that it is the one its issuer made: it is a copy. Keep the document apart and tell your supervisor.</source>
            <translation>चिप यह नहीं दिखा सकी कि वह जारीकर्ता की बनाई हुई है: वह नक़ल है। दस्तावेज़ अलग रखें और अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The chip does not open with this. Check the document number and the dates of birth and expiry, or the six digits.</source>
            <translation>चिप इससे नहीं खुलती। दस्तावेज़ संख्या और जन्म तथा समाप्ति की तारीख़ें, या छह अंक जाँचें।</translation>
        </message>
        <message>
            <source>The chip does not say who signed it. Its signature cannot be checked.</source>
            <translation>चिप नहीं बताती कि उस पर किसने हस्ताक्षर किए। उसके हस्ताक्षर जाँचे नहीं जा सकते।</translation>
        </message>
        <message>
            <source>The chip gave an answer that cannot be used ({status}). Take the document off the reader, lay it on again and start again.</source>
            <translation>चिप ने ऐसा उत्तर दिया जो उपयोग नहीं हो सकता ({status})। दस्तावेज़ को रीडर से उठाएँ, फिर रखें और दोबारा शुरू करें।</translation>
        </message>
        <message>
            <source>The chip holds no portrait that can be shown. Compare with the printed one.</source>
            <translation>चिप में दिखाने योग्य कोई चित्र नहीं है। छपे हुए चित्र से तुलना करें।</translation>
        </message>
        <message>
            <source>The chip holds no signature of its issuer that can be read.</source>
            <translation>चिप में उसके जारीकर्ता के पढ़ने योग्य हस्ताक्षर नहीं हैं।</translation>
        </message>
        <message>
            <source>The chip is opened by what is printed on the document. Scan the page with the machine-readable lines first, or type the six digits on its front.</source>
            <translation>चिप दस्तावेज़ पर छपी जानकारी से खुलती है। पहले मशीन से पढ़ी जाने वाली पंक्तियों वाला पृष्ठ स्कैन करें, या सामने छपे छह अंक टाइप करें।</translation>
        </message>
        <message>
            <source>The chip is signed in a way that this program does not know. It cannot be checked.</source>
            <translation>चिप पर ऐसे ढंग से हस्ताक्षर हैं जिसे यह प्रोग्राम नहीं जानता। वह जाँची नहीं जा सकती।</translation>
        </message>
        <message>
            <source>The chip is signed in an old way (SHA-1) that is no longer strong.</source>
            <translation>चिप पर पुराने ढंग (SHA-1) से हस्ताक्षर हैं, जो अब मज़बूत नहीं है।</translation>
        </message>
        <message>
            <source>The chip names a key that no honest chip has. Do not trust this document's chip.</source>
            <translation>चिप ऐसी कुंजी बताती है जो किसी सच्ची चिप में नहीं होती। इस दस्तावेज़ की चिप पर भरोसा न करें।</translation>
        </message>
        <message>
            <source>The chip was read and is signed by its issuer.</source>
            <translation>चिप पढ़ी गई और उस पर उसके जारीकर्ता के हस्ताक्षर हैं।</translation>
        </message>
        <message>
            <source>The chip was read; who signed it is not known at this station.</source>
            <translation>चिप पढ़ी गई; उस पर किसने हस्ताक्षर किए, यह इस स्टेशन को ज्ञात नहीं।</translation>
        </message>
        <message>
            <source>The clock of the {kind} is {minutes} minutes off. Set it, or this computer's, and try again.</source>
            <translation>{kind} की घड़ी {minutes} मिनट अलग है। उसे या इस कंप्यूटर की घड़ी को ठीक करें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The clock was set back</source>
            <translation>घड़ी पीछे की गई</translation>
        </message>
        <message>
            <source>The code is signed, but what it says is not what a slip says.</source>
            <translation>कोड पर हस्ताक्षर हैं, पर वह जो बताता है वह पर्ची नहीं बताती।</translation>
        </message>
        <message>
            <source>The code is wrong or was used already. Wait for the next one; check this computer's clock.</source>
            <translation>कोड ग़लत है या पहले इस्तेमाल हो चुका है। अगले की प्रतीक्षा करें; इस कंप्यूटर की घड़ी जाँचें।</translation>
        </message>
        <message>
            <source>The code of the authenticator</source>
            <translation>ऑथेंटिकेटर का कोड</translation>
        </message>
        <message>
            <source>The code sent to {where}</source>
            <translation>{where} पर भेजा गया कोड</translation>
        </message>
        <message>
            <source>The code was sent as often as is allowed. Take another way.</source>
            <translation>कोड जितनी बार भेजा जा सकता था उतनी बार भेजा जा चुका। दूसरा तरीका चुनें।</translation>
        </message>
        <message>
            <source>The code was typed too late. Have another one sent.</source>
            <translation>कोड बहुत देर से टाइप हुआ। दूसरा भिजवाएँ।</translation>
        </message>
        <message>
            <source>The code was wrong too often and counts no more. Have another one sent.</source>
            <translation>कोड बहुत बार ग़लत था और अब मान्य नहीं है। दूसरा भिजवाएँ।</translation>
        </message>
        <message>
            <source>The colour of the skin is not natural. Change the light, or the camera's white balance.</source>
            <translation>त्वचा का रंग स्वाभाविक नहीं है। रोशनी या कैमरे का श्वेत संतुलन बदलें।</translation>
        </message>
        <message>
            <source>The condition asks for {name} (column {column}), which no form here has.</source>
            <translation>शर्त {name} माँगती है (स्तंभ {column}), जो यहाँ किसी फ़ॉर्म में नहीं है।</translation>
        </message>
        <message>
            <source>The condition cannot be understood from column {column} on ({found}).</source>
            <translation>शर्त स्तंभ {column} से समझी नहीं जाती ({found})।</translation>
        </message>
        <message>
            <source>The condition is never true, whatever is typed and however old somebody is.</source>
            <translation>शर्त कभी सच नहीं होती, चाहे जो टाइप हो और आयु जो भी हो।</translation>
        </message>
        <message>
            <source>The condition is not understood from column {column} on. The field is always shown and never required.</source>
            <translation>शर्त स्तंभ {column} से समझी नहीं जाती। खाना हमेशा दिखता है और कभी अनिवार्य नहीं होता।</translation>
        </message>
        <message>
            <source>The condition is too long or nested too deeply (column {column}).</source>
            <translation>शर्त बहुत लंबी या बहुत गहरी है (स्तंभ {column})।</translation>
        </message>
        <message>
            <source>The content of this registration was destroyed after it was delivered or given up.</source>
            <translation>इस पंजीकरण की सामग्री पहुँचाए जाने या छोड़ दिए जाने के बाद नष्ट कर दी गई।</translation>
        </message>
        <message>
            <source>The copy is saved. That it was taken is on record.</source>
            <translation>प्रति सहेज ली गई। यह बात दर्ज है कि वह ली गई।</translation>
        </message>
        <message>
            <source>The credential that the wallet showed cannot be read.</source>
            <translation>वॉलेट ने जो क्रेडेंशियल दिखाया वह पढ़ा नहीं जा सकता।</translation>
        </message>
        <message>
            <source>The credential that the wallet showed does not prove enough for this purpose.</source>
            <translation>वॉलेट ने जो क्रेडेंशियल दिखाया वह इस उद्देश्य के लिए पर्याप्त सिद्ध नहीं करता।</translation>
        </message>
        <message>
            <source>The credential that the wallet showed has expired, or does not count yet.</source>
            <translation>वॉलेट ने जो क्रेडेंशियल दिखाया वह समाप्त हो गया है या अभी मान्य नहीं है।</translation>
        </message>
        <message>
            <source>The credential that the wallet showed is from an issuer whom this deployment does not trust.</source>
            <translation>वॉलेट ने जो क्रेडेंशियल दिखाया वह ऐसे जारीकर्ता का है जिस पर यहाँ भरोसा नहीं किया जाता।</translation>
        </message>
        <message>
            <source>The credential that the wallet showed is not signed by its issuer, or was changed.</source>
            <translation>वॉलेट ने जो क्रेडेंशियल दिखाया उस पर जारीकर्ता के हस्ताक्षर नहीं हैं, या वह बदला गया है।</translation>
        </message>
        <message>
            <source>The date is known</source>
            <translation>तारीख़ ज्ञात है</translation>
        </message>
        <message>
            <source>The date of capture in the record is a day that does not exist.</source>
            <translation>रिकॉर्ड में कैप्चर की तारीख़ ऐसा दिन है जो होता ही नहीं।</translation>
        </message>
        <message>
            <source>The demo stopped: a device or a check said no at the step {step}.</source>
            <translation>डेमो रुक गया: चरण {step} पर किसी उपकरण या जाँच ने मना किया।</translation>
        </message>
        <message>
            <source>The device for this step is not connected: {device}.</source>
            <translation>इस चरण का उपकरण जुड़ा नहीं है: {device}।</translation>
        </message>
        <message>
            <source>The device is starting …</source>
            <translation>उपकरण शुरू हो रहा है …</translation>
        </message>
        <message>
            <source>The device saw another hand or eye than the one asked for. Place the right one.</source>
            <translation>उपकरण को माँगे गए हाथ या आँख की जगह दूसरा दिखा। सही वाला रखें।</translation>
        </message>
        <message>
            <source>The device service answered something that cannot be read ({part}). Restart it and tell support.</source>
            <translation>उपकरण सेवा ने ऐसा उत्तर दिया जो पढ़ा नहीं जा सकता ({part})। उसे फिर से शुरू करें और सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The device's signature of a sample in the biometric file does not match the sample.</source>
            <translation>बायोमेट्रिक फ़ाइल के एक नमूने पर उपकरण के हस्ताक्षर नमूने से मेल नहीं खाते।</translation>
        </message>
        <message>
            <source>The disk is full. Free some space and try again; everything entered so far is kept.</source>
            <translation>डिस्क भरी है। कुछ जगह ख़ाली करें और फिर प्रयास करें; अब तक भरा गया सब सुरक्षित है।</translation>
        </message>
        <message>
            <source>The document could not be judged. Lay it flat and straight, and scan it again.</source>
            <translation>दस्तावेज़ जाँचा नहीं जा सका। उसे सपाट और सीधा रखें और फिर स्कैन करें।</translation>
        </message>
        <message>
            <source>The document does not say everything that this proof needs. Take another document.</source>
            <translation>दस्तावेज़ वह सब नहीं बताता जो इस प्रमाण के लिए चाहिए। दूसरा दस्तावेज़ लें।</translation>
        </message>
        <message>
            <source>The document has no chip that can be read.</source>
            <translation>दस्तावेज़ में पढ़ने योग्य चिप नहीं है।</translation>
        </message>
        <message>
            <source>The document has no such page.</source>
            <translation>दस्तावेज़ में ऐसा कोई पृष्ठ नहीं है।</translation>
        </message>
        <message>
            <source>The document is cut off at the edge of the picture. Take all of it.</source>
            <translation>दस्तावेज़ चित्र के किनारे पर कटा है। पूरा दस्तावेज़ लें।</translation>
        </message>
        <message>
            <source>The document is signed in a way that this program does not know.</source>
            <translation>दस्तावेज़ पर ऐसे ढंग से हस्ताक्षर हैं जिसे यह प्रोग्राम नहीं जानता।</translation>
        </message>
        <message>
            <source>The document is small in the picture. Go nearer to it.</source>
            <translation>दस्तावेज़ चित्र में छोटा है। उसके और पास जाएँ।</translation>
        </message>
        <message>
            <source>The document is turned: its back lies on the scanner.</source>
            <translation>दस्तावेज़ उलटा है: उसका पिछला भाग स्कैनर पर है।</translation>
        </message>
        <message>
            <source>The document lies on the chip reader.</source>
            <translation>दस्तावेज़ चिप रीडर पर रखा है।</translation>
        </message>
        <message>
            <source>The document was moved while its chip was being read. Lay it on the reader and leave it there until it is read.</source>
            <translation>चिप पढ़े जाने के दौरान दस्तावेज़ हिल गया। उसे रीडर पर रखें और पढ़े जाने तक वहीं रहने दें।</translation>
        </message>
        <message>
            <source>The document was removed or replaced while its chip was read. Read the chip of the one that is there now.</source>
            <translation>चिप पढ़ते समय दस्तावेज़ हटा दिया गया या बदल दिया गया। अब जो दस्तावेज़ यहाँ है, उसकी चिप पढ़ें।</translation>
        </message>
        <message>
            <source>The document {field} has a format whose name cannot be used. Scan it again.</source>
            <translation>दस्तावेज़ {field} के फ़ॉर्मैट का नाम उपयोग नहीं हो सकता। उसे फिर से स्कैन करें।</translation>
        </message>
        <message>
            <source>The document {field} has no content. Scan it again.</source>
            <translation>दस्तावेज़ {field} में कुछ नहीं है। उसे फिर से स्कैन करें।</translation>
        </message>
        <message>
            <source>The document {field} would be stored under the name of another file of the packet. Ask your administrator.</source>
            <translation>दस्तावेज़ {field} पैकेट की किसी दूसरी फ़ाइल के नाम से रखा जाता। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The document's chip</source>
            <translation>दस्तावेज़ की चिप</translation>
        </message>
        <message>
            <source>The drive cannot be read. Plug it in again, or hand over on another one.</source>
            <translation>ड्राइव पढ़ी नहीं जा सकती। उसे फिर से लगाएँ, या किसी दूसरी पर सौंपें।</translation>
        </message>
        <message>
            <source>The driver cannot be begun in {folder}. Name a folder that is empty or not there yet.</source>
            <translation>ड्राइवर {folder} में शुरू नहीं किया जा सकता। ऐसा फ़ोल्डर बताएँ जो खाली हो या अभी न हो।</translation>
        </message>
        <message>
            <source>The driver of the {kind} answered nonsense and is started anew. Try again in a moment.</source>
            <translation>{kind} के ड्राइवर ने अर्थहीन उत्तर दिया और नए सिरे से शुरू हो रहा है। थोड़ी देर में फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The driver of the {kind} broke off and is started anew. Try again in a moment.</source>
            <translation>{kind} का ड्राइवर बीच में बंद हो गया और नए सिरे से शुरू हो रहा है। थोड़ी देर में फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The driver of the {kind} broke off several times. It is started again in {seconds} s; meanwhile unplug the {kind} and plug it in again.</source>
            <translation>{kind} का ड्राइवर कई बार बंद हो गया। वह {seconds} सेकंड में फिर शुरू होगा; इस बीच {kind} को निकालें और फिर लगाएँ।</translation>
        </message>
        <message>
            <source>The driver of the {kind} cannot be started. Ask your administrator.</source>
            <translation>{kind} का ड्राइवर शुरू नहीं हो सकता। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The driver of the {kind} does not answer any more and is started anew. Try again in a moment.</source>
            <translation>{kind} का ड्राइवर अब उत्तर नहीं देता और नए सिरे से शुरू हो रहा है। थोड़ी देर में फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The driver of the {kind} hangs and cannot be ended. Unplug the {kind}; if that does not help, restart the computer.</source>
            <translation>{kind} का ड्राइवर अटक गया है और बंद नहीं हो सकता। {kind} को निकालें; यदि इससे काम न बने तो कंप्यूटर फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The earliest day lies behind the latest: no date would do.</source>
            <translation>सबसे पहला दिन सबसे अंतिम के बाद है: कोई तारीख़ ठीक नहीं होगी।</translation>
        </message>
        <message>
            <source>The encrypted file was changed after it was written. Do not use it.</source>
            <translation>कूटबद्ध फ़ाइल लिखे जाने के बाद बदली गई। उसका उपयोग न करें।</translation>
        </message>
        <message>
            <source>The enrollment cannot be read: {part} is missing or has a wrong form.</source>
            <translation>नामांकन पढ़ा नहीं जा सकता: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>The eye colour in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दिया गया आँख का रंग मानक में नहीं है।</translation>
        </message>
        <message>
            <source>The eye is closed. Open the eyes wide and do not blink.</source>
            <translation>आँख बंद है। आँखें पूरी खोलें और पलक न झपकाएँ।</translation>
        </message>
        <message>
            <source>The eye is not sharp. Move slowly forward or back, then hold still.</source>
            <translation>आँख साफ़ नहीं है। धीरे से आगे या पीछे हों, फिर स्थिर रहें।</translation>
        </message>
        <message>
            <source>The eye is poorly lit. Shade it from the sun, and clean the device's glass.</source>
            <translation>आँख पर रोशनी कम है। उसे धूप से बचाएँ, और उपकरण का काँच साफ़ करें।</translation>
        </message>
        <message>
            <source>The eye is too close. Move back a little.</source>
            <translation>आँख बहुत पास है। थोड़ा पीछे हटें।</translation>
        </message>
        <message>
            <source>The eye is too far away. Come closer, slowly.</source>
            <translation>आँख बहुत दूर है। धीरे-धीरे पास आएँ।</translation>
        </message>
        <message>
            <source>The eye lies at the edge of the picture. Move to the middle.</source>
            <translation>आँख चित्र के किनारे पर है। बीच में आएँ।</translation>
        </message>
        <message>
            <source>The eye looks aside. Look straight into the device.</source>
            <translation>आँख बगल में देख रही है। सीधे उपकरण में देखें।</translation>
        </message>
        <message>
            <source>The eye or the device moved. Hold still.</source>
            <translation>आँख या उपकरण हिल गया। स्थिर रहें।</translation>
        </message>
        <message>
            <source>The face cannot be seen well. Take away what covers it, and face the camera.</source>
            <translation>चेहरा ठीक से नहीं दिखता। जो उसे ढकता है वह हटाएँ और कैमरे की ओर मुँह करें।</translation>
        </message>
        <message>
            <source>The face could not be judged. Ask the person to look into the camera again, in good light.</source>
            <translation>चेहरा जाँचा नहीं जा सका। व्यक्ति से अच्छी रोशनी में फिर कैमरे में देखने को कहें।</translation>
        </message>
        <message>
            <source>The face gives nothing to search for. Take the picture again in better light.</source>
            <translation>चेहरे में खोजने योग्य कुछ नहीं है। बेहतर रोशनी में चित्र फिर से लें।</translation>
        </message>
        <message>
            <source>The face has too little contrast. Clean the lens, or change the light.</source>
            <translation>चेहरे में कंट्रास्ट बहुत कम है। लेंस साफ़ करें, या रोशनी बदलें।</translation>
        </message>
        <message>
            <source>The face in the document's chip is not clearly that of the person. Compare both yourself, and call your supervisor if you doubt it.</source>
            <translation>दस्तावेज़ की चिप का चेहरा स्पष्ट रूप से इस व्यक्ति का नहीं है। स्वयं तुलना करें, और संदेह हो तो अपने पर्यवेक्षक को बुलाएँ।</translation>
        </message>
        <message>
            <source>The face in the document's chip is that of the person.</source>
            <translation>दस्तावेज़ की चिप का चेहरा इसी व्यक्ति का है।</translation>
        </message>
        <message>
            <source>The face is cut off. Move to the middle of the picture.</source>
            <translation>चेहरा कटा हुआ है। चित्र के बीच में आएँ।</translation>
        </message>
        <message>
            <source>The face is like that of an operator of this station. Compare: it may be the same person.</source>
            <translation>चेहरा इस स्टेशन के एक कर्मचारी जैसा है। तुलना करें: शायद यह वही व्यक्ति है।</translation>
        </message>
        <message>
            <source>The face is not sharp enough to judge this.</source>
            <translation>चेहरा इतना साफ़ नहीं है कि यह जाँचा जा सके।</translation>
        </message>
        <message>
            <source>The face is not sharp. Hold still.</source>
            <translation>चेहरा साफ़ नहीं है। स्थिर रहें।</translation>
        </message>
        <message>
            <source>The face is too bright. Less light on the face.</source>
            <translation>चेहरे पर रोशनी बहुत तेज़ है। चेहरे पर कम रोशनी करें।</translation>
        </message>
        <message>
            <source>The face is too dark. More light on the face.</source>
            <translation>चेहरे पर बहुत अँधेरा है। चेहरे पर अधिक रोशनी करें।</translation>
        </message>
        <message>
            <source>The face is too far away. Come closer to the camera.</source>
            <translation>चेहरा बहुत दूर है। कैमरे के पास आएँ।</translation>
        </message>
        <message>
            <source>The face recognition pack may have one network that finds faces. Found: {count}.</source>
            <translation>चेहरा पहचान पैक में चेहरे खोजने वाला एक ही नेटवर्क हो सकता है। मिले: {count}।</translation>
        </message>
        <message>
            <source>The face recognition pack needs a file calibration.toml with the threshold of its own network.</source>
            <translation>चेहरा पहचान पैक को calibration.toml फ़ाइल चाहिए जिसमें उसके अपने नेटवर्क की सीमा हो।</translation>
        </message>
        <message>
            <source>The face recognition pack needs exactly one recognition network. Found: {count}.</source>
            <translation>चेहरा पहचान पैक को ठीक एक पहचान नेटवर्क चाहिए। मिले: {count}।</translation>
        </message>
        <message>
            <source>The face was not recognised. Try again, or use your password.</source>
            <translation>चेहरा पहचाना नहीं गया। फिर प्रयास करें, या अपना पासवर्ड इस्तेमाल करें।</translation>
        </message>
        <message>
            <source>The face was not searched for, for a reason this version does not know.</source>
            <translation>चेहरा खोजा नहीं गया, ऐसे कारण से जिसे यह संस्करण नहीं जानता।</translation>
        </message>
        <message>
            <source>The face was only just a living one</source>
            <translation>चेहरा मुश्किल से जीवित माना गया</translation>
        </message>
        <message>
            <source>The face was refused before it was taken for a living one</source>
            <translation>जीवित माने जाने से पहले चेहरा अस्वीकार हुआ</translation>
        </message>
        <message>
            <source>The face was taken on the officer's word: a supervisor has to confirm it.</source>
            <translation>चेहरा अधिकारी के वचन पर लिया गया: पर्यवेक्षक को इसकी पुष्टि करनी होगी।</translation>
        </message>
        <message>
            <source>The face, fingers or eyes were taken more than {minutes} minutes ago; the server takes no older ones. Take them again.</source>
            <translation>चेहरा, उँगलियाँ या आँखें {minutes} मिनट से अधिक पहले ली गईं; सर्वर इससे पुरानी नहीं लेता। उन्हें फिर से लें।</translation>
        </message>
        <message>
            <source>The faces cannot be written into the folder {folder}.</source>
            <translation>चेहरे फ़ोल्डर {folder} में लिखे नहीं जा सकते।</translation>
        </message>
        <message>
            <source>The fastest speed of sending is a number of kilobytes a second, or 0 for none.</source>
            <translation>भेजने की अधिकतम गति किलोबाइट प्रति सेकंड की संख्या है, या बिना सीमा के लिए 0।</translation>
        </message>
        <message>
            <source>The field {field} has a form that no ID schema knows.</source>
            <translation>खाने {field} का रूप कोई पहचान-स्कीमा नहीं जानता।</translation>
        </message>
        <message>
            <source>The field {field} has no group: nobody could choose to change it. Name one.</source>
            <translation>खाने {field} का समूह नहीं है: कोई उसे बदलना चुन नहीं सकता। एक बताएँ।</translation>
        </message>
        <message>
            <source>The field {field} has no text. Fill it in or leave it out.</source>
            <translation>खाने {field} में पाठ नहीं है। उसे भरें या छोड़ दें।</translation>
        </message>
        <message>
            <source>The field {field} holds another kind of value than its ID schema says.</source>
            <translation>खाने {field} में उसके पहचान-स्कीमा से अलग प्रकार का मान है।</translation>
        </message>
        <message>
            <source>The field {field} is filled in by the program. Leave it out.</source>
            <translation>खाना {field} प्रोग्राम भरता है। उसे छोड़ दें।</translation>
        </message>
        <message>
            <source>The field {field} is not written the way the ID schema asks for. Correct it.</source>
            <translation>खाना {field} वैसे नहीं लिखा है जैसे पहचान-स्कीमा माँगता है। उसे ठीक करें।</translation>
        </message>
        <message>
            <source>The field {field} is there twice, first at {first}. Remove one.</source>
            <translation>खाना {field} दो बार है, पहले {first} पर। एक हटाएँ।</translation>
        </message>
        <message>
            <source>The field {field} is {here} here and {there} in the ID schema; the schema decides.</source>
            <translation>खाना {field} यहाँ {here} है और पहचान-स्कीमा में {there}; स्कीमा ही मान्य है।</translation>
        </message>
        <message>
            <source>The figures are written: {file}</source>
            <translation>आँकड़े लिखे गए: {file}</translation>
        </message>
        <message>
            <source>The figures cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>आँकड़े {file} में नहीं लिखे जा सकते। ऐसी फ़ाइल बताएँ जिसका फ़ोल्डर मौजूद हो।</translation>
        </message>
        <message>
            <source>The file cannot be read: {file}.</source>
            <translation>फ़ाइल पढ़ी नहीं जा सकती: {file}।</translation>
        </message>
        <message>
            <source>The file cannot be written: {file}.</source>
            <translation>फ़ाइल लिखी नहीं जा सकती: {file}।</translation>
        </message>
        <message>
            <source>The file holds another key than the one with this fingerprint. Nothing was accepted.</source>
            <translation>फ़ाइल में इस फ़िंगरप्रिंट से अलग कुंजी है। कुछ स्वीकार नहीं किया गया।</translation>
        </message>
        <message>
            <source>The file holds several pages or pictures. Choose one that holds a single page.</source>
            <translation>फ़ाइल में कई पृष्ठ या चित्र हैं। ऐसी चुनें जिसमें एक ही पृष्ठ हो।</translation>
        </message>
        <message>
            <source>The file is empty. Choose another one, or scan the page again.</source>
            <translation>फ़ाइल ख़ाली है। दूसरी चुनें, या पृष्ठ फिर से स्कैन करें।</translation>
        </message>
        <message>
            <source>The file is not a picture this program can read.</source>
            <translation>फ़ाइल ऐसा चित्र नहीं है जिसे यह प्रोग्राम पढ़ सके।</translation>
        </message>
        <message>
            <source>The file is not an encrypted packet.</source>
            <translation>फ़ाइल कूटबद्ध पैकेट नहीं है।</translation>
        </message>
        <message>
            <source>The file is sealed for another server key. The SHA-256 of that key's certificate begins with {thumbprint}.</source>
            <translation>फ़ाइल किसी दूसरी सर्वर कुंजी के लिए सील है। उस कुंजी के प्रमाणपत्र का SHA-256 {thumbprint} से शुरू होता है।</translation>
        </message>
        <message>
            <source>The file is too large: {file}. At most {limit} MB are read.</source>
            <translation>फ़ाइल बहुत बड़ी है: {file}। अधिक से अधिक {limit} MB पढ़े जाते हैं।</translation>
        </message>
        <message>
            <source>The file is too short to be an encrypted packet: it ends at byte {offset}.</source>
            <translation>फ़ाइल कूटबद्ध पैकेट होने के लिए बहुत छोटी है: वह बाइट {offset} पर समाप्त होती है।</translation>
        </message>
        <message>
            <source>The file registration.json cannot be understood; the part in question: {part}.</source>
            <translation>फ़ाइल registration.json समझी नहीं जा सकती; संबंधित भाग: {part}।</translation>
        </message>
        <message>
            <source>The file registration.json has a key that means nothing: {key}. Compare its spelling.</source>
            <translation>फ़ाइल registration.json में एक अर्थहीन कुंजी है: {key}। उसकी वर्तनी मिलाएँ।</translation>
        </message>
        <message>
            <source>The file registration.json must hold one JSON object: its keys between braces.</source>
            <translation>फ़ाइल registration.json में एक JSON वस्तु होनी चाहिए: उसकी कुंजियाँ धनु-कोष्ठकों के बीच।</translation>
        </message>
        <message>
            <source>The file registration.json names some fingers or eyes but not {attribute}. Name all of them that are no exception, or none to use the device.</source>
            <translation>फ़ाइल registration.json कुछ उँगलियाँ या आँखें बताती है, पर {attribute} नहीं। वे सभी बताएँ जो अपवाद नहीं हैं, या उपकरण इस्तेमाल करने के लिए एक भी नहीं।</translation>
        </message>
        <message>
            <source>The file that says which field a document fills in cannot be read. Ask your administrator.</source>
            <translation>वह फ़ाइल पढ़ी नहीं जा सकती जो बताती है कि दस्तावेज़ कौन सा खाना भरता है। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The finger could not be recognised. Ask your supervisor.</source>
            <translation>उँगली पहचानी नहीं जा सकी। अपने पर्यवेक्षक से पूछें।</translation>
        </message>
        <message>
            <source>The finger lies at the edge. Move it to the middle of the glass.</source>
            <translation>उँगली किनारे पर है। उसे काँच के बीच में लाएँ।</translation>
        </message>
        <message>
            <source>The first picture came after {seconds} s.</source>
            <translation>पहला चित्र {seconds} सेकंड बाद आया।</translation>
        </message>
        <message>
            <source>The first that is available</source>
            <translation>पहला जो उपलब्ध हो</translation>
        </message>
        <message>
            <source>The folder is not what this draft was begun with; they differ in: {part}. Begin anew, or name another draft.</source>
            <translation>फ़ोल्डर वह नहीं है जिससे यह मसौदा शुरू हुआ था; अंतर यहाँ है: {part}। नए सिरे से शुरू करें, या दूसरा मसौदा बताएँ।</translation>
        </message>
        <message>
            <source>The folder of pictures for the simulated devices is not there.</source>
            <translation>सिम्युलेटेड उपकरणों के चित्रों का फ़ोल्डर नहीं है।</translation>
        </message>
        <message>
            <source>The folder of the face recognition pack is not there: {folder}.</source>
            <translation>चेहरा पहचान पैक का फ़ोल्डर नहीं है: {folder}।</translation>
        </message>
        <message>
            <source>The folder {folder} holds no labelled pictures: see muster evaluate --help.</source>
            <translation>फ़ोल्डर {folder} में लेबल वाले चित्र नहीं हैं: देखें muster evaluate --help।</translation>
        </message>
        <message>
            <source>The folder {folder} holds no pack of networks (pack.toml, pack.sig).</source>
            <translation>फ़ोल्डर {folder} में नेटवर्क का पैक नहीं है (pack.toml, pack.sig)।</translation>
        </message>
        <message>
            <source>The form description cannot be read. Ask your administrator.</source>
            <translation>फ़ॉर्म का विवरण पढ़ा नहीं जा सकता। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The form filled in at home</source>
            <translation>घर पर भरा फ़ॉर्म</translation>
        </message>
        <message>
            <source>The form has no document of this name.</source>
            <translation>फ़ॉर्म में इस नाम का दस्तावेज़ नहीं है।</translation>
        </message>
        <message>
            <source>The form has no field of this name.</source>
            <translation>फ़ॉर्म में इस नाम का खाना नहीं है।</translation>
        </message>
        <message>
            <source>The form has no group of fields of this name.</source>
            <translation>फ़ॉर्म में इस नाम का खानों का समूह नहीं है।</translation>
        </message>
        <message>
            <source>The form of the step {node} has other fields: {fields}.</source>
            <translation>चरण {node} के फ़ॉर्म में दूसरे खाने हैं: {fields}।</translation>
        </message>
        <message>
            <source>The front of the document lies on the scanner.</source>
            <translation>दस्तावेज़ का सामने का भाग स्कैनर पर है।</translation>
        </message>
        <message>
            <source>The gender does not fit the photo</source>
            <translation>लिंग फ़ोटो से मेल नहीं खाता</translation>
        </message>
        <message>
            <source>The gender in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दिया गया लिंग मानक में नहीं है।</translation>
        </message>
        <message>
            <source>The graph is too large: at most {nodes} steps, {depth} deep.</source>
            <translation>ग्राफ़ बहुत बड़ा है: अधिक से अधिक {nodes} चरण, {depth} गहराई।</translation>
        </message>
        <message>
            <source>The graph of the use case</source>
            <translation>उपयोग-मामले का ग्राफ़</translation>
        </message>
        <message>
            <source>The hair colour in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दिया गया बालों का रंग मानक में नहीं है।</translation>
        </message>
        <message>
            <source>The hand lies at an angle. Turn it so that the fingers point straight up.</source>
            <translation>हाथ तिरछा है। उसे ऐसे घुमाएँ कि उँगलियाँ सीधी ऊपर की ओर हों।</translation>
        </message>
        <message>
            <source>The head did not turn far enough to judge this.</source>
            <translation>सिर इतना नहीं मुड़ा कि यह जाँचा जा सके।</translation>
        </message>
        <message>
            <source>The hub's data was sealed with another center's key. Give the hub the key it was set up with.</source>
            <translation>हब का डेटा किसी अन्य केंद्र की कुंजी से सील किया गया था। हब को वही कुंजी दें जिससे वह स्थापित हुआ था।</translation>
        </message>
        <message>
            <source>The hub's data was written by a newer version of Muster. Update the program.</source>
            <translation>हब का डेटा Muster के नए संस्करण ने लिखा है। प्रोग्राम अपडेट करें।</translation>
        </message>
        <message>
            <source>The hub's database cannot be reached. What was sent is kept at the station.</source>
            <translation>हब के डेटाबेस तक पहुँचा नहीं जा सकता। जो भेजा गया वह स्टेशन पर रखा है।</translation>
        </message>
        <message>
            <source>The hub's settings cannot be read: {file}.</source>
            <translation>हब की सेटिंग पढ़ी नहीं जा सकतीं: {file}।</translation>
        </message>
        <message>
            <source>The hub's settings have an entry that is none, or is wrong: {name}.</source>
            <translation>हब की सेटिंग में एक प्रविष्टि अज्ञात या गलत है: {name}।</translation>
        </message>
        <message>
            <source>The identity provider cannot be asked just now. Try again later.</source>
            <translation>पहचान प्रदाता से अभी पूछा नहीं जा सकता। बाद में फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The identity provider did not confirm the sign-in. Begin this step again.</source>
            <translation>पहचान प्रदाता ने साइन-इन की पुष्टि नहीं की। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The identity provider did not tell something about the person that is needed here.</source>
            <translation>पहचान प्रदाता ने व्यक्ति के बारे में कुछ ऐसा नहीं बताया जो यहाँ चाहिए।</translation>
        </message>
        <message>
            <source>The identity provider does not accept this station. Tell your administrator.</source>
            <translation>पहचान प्रदाता इस स्टेशन को स्वीकार नहीं करता। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The identity provider does not offer what a sign-in needs. Tell your administrator.</source>
            <translation>पहचान प्रदाता वह नहीं देता जो साइन-इन को चाहिए। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The identity provider does not say when the person signed in, so it may have been somebody before. Tell your administrator.</source>
            <translation>पहचान प्रदाता नहीं बताता कि व्यक्ति ने कब साइन इन किया, इसलिए शायद वह पहले कोई और रहा हो। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The identity provider has a problem just now. Try again later.</source>
            <translation>पहचान प्रदाता में अभी कोई समस्या है। बाद में फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The identity provider sent no proof of the sign-in. Tell your administrator.</source>
            <translation>पहचान प्रदाता ने साइन-इन का प्रमाण नहीं भेजा। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The identity provider sent the browser back without an answer. Begin this step again.</source>
            <translation>पहचान प्रदाता ने ब्राउज़र को बिना उत्तर के वापस भेजा। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The identity provider signed its proof in a way that this station does not accept.</source>
            <translation>पहचान प्रदाता ने अपने प्रमाण पर ऐसे ढंग से हस्ताक्षर किए जिसे यह स्टेशन स्वीकार नहीं करता।</translation>
        </message>
        <message>
            <source>The identity provider signed its proof with a key that it does not publish.</source>
            <translation>पहचान प्रदाता ने अपने प्रमाण पर ऐसी कुंजी से हस्ताक्षर किए जो वह प्रकाशित नहीं करता।</translation>
        </message>
        <message>
            <source>The identity provider told about another person than the one who signed in.</source>
            <translation>पहचान प्रदाता ने साइन इन करने वाले की जगह किसी और के बारे में बताया।</translation>
        </message>
        <message>
            <source>The identity provider told of an earlier sign-in, perhaps somebody else's. Sign in again at the provider.</source>
            <translation>पहचान प्रदाता ने किसी पहले के साइन-इन के बारे में बताया, शायद किसी और का। प्रदाता पर फिर साइन इन करें।</translation>
        </message>
        <message>
            <source>The identity provider's description of itself does not fit its address. Tell your administrator.</source>
            <translation>पहचान प्रदाता का अपना विवरण उसके पते से मेल नहीं खाता। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The identity provider's proof belongs to another sign-in than this one.</source>
            <translation>पहचान प्रदाता का प्रमाण इस साइन-इन का नहीं, किसी दूसरे का है।</translation>
        </message>
        <message>
            <source>The identity provider's proof does not belong to the access that came with it.</source>
            <translation>पहचान प्रदाता का प्रमाण उसके साथ आई पहुँच का नहीं है।</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in cannot be read.</source>
            <translation>पहचान प्रदाता का साइन-इन प्रमाण पढ़ा नहीं जा सकता।</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in is not signed by the provider.</source>
            <translation>पहचान प्रदाता के साइन-इन प्रमाण पर प्रदाता के हस्ताक्षर नहीं हैं।</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in is out of date. Check this computer's clock and sign in again.</source>
            <translation>पहचान प्रदाता का साइन-इन प्रमाण पुराना हो गया है। इस कंप्यूटर की घड़ी जाँचें और फिर साइन इन करें।</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in was made for somebody else.</source>
            <translation>पहचान प्रदाता का साइन-इन प्रमाण किसी और के लिए बना था।</translation>
        </message>
        <message>
            <source>The identity-proofing service answered with something that cannot be read. Try again later, or tell support.</source>
            <translation>पहचान सिद्ध करने वाली सेवा ने ऐसा उत्तर दिया जो पढ़ा नहीं जा सकता। बाद में फिर प्रयास करें, या सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The identity-proofing service did not accept what it was sent. Tell your administrator.</source>
            <translation>पहचान सिद्ध करने वाली सेवा ने वह स्वीकार नहीं किया जो उसे भेजा गया। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The identity-proofing service does not accept this station's key. Tell your administrator.</source>
            <translation>पहचान सिद्ध करने वाली सेवा इस स्टेशन की कुंजी स्वीकार नहीं करती। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The identity-proofing service does not know this person any more. Begin this step again.</source>
            <translation>पहचान सिद्ध करने वाली सेवा इस व्यक्ति को अब नहीं जानती। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The introducer looks like the officer</source>
            <translation>परिचयकर्ता अधिकारी जैसा दिखता है</translation>
        </message>
        <message>
            <source>The introducer's number</source>
            <translation>परिचयकर्ता की संख्या</translation>
        </message>
        <message>
            <source>The issuer has revoked the certificate that signed this chip.</source>
            <translation>जारीकर्ता ने इस चिप पर हस्ताक्षर करने वाला प्रमाणपत्र रद्द कर दिया है।</translation>
        </message>
        <message>
            <source>The issuer has withdrawn the credential that the wallet showed, or suspended it.</source>
            <translation>जारीकर्ता ने वॉलेट का दिखाया क्रेडेंशियल वापस ले लिया है या निलंबित कर दिया है।</translation>
        </message>
        <message>
            <source>The issuer signed a file ({file}) that the chip does not give. It may be a copy.</source>
            <translation>जारीकर्ता ने एक फ़ाइल ({file}) पर हस्ताक्षर किए जो चिप नहीं देती। शायद यह नक़ल है।</translation>
        </message>
        <message>
            <source>The issuer's signature on the chip is wrong. The chip's contents are not genuine.</source>
            <translation>चिप पर जारीकर्ता के हस्ताक्षर ग़लत हैं। चिप की सामग्री असली नहीं है।</translation>
        </message>
        <message>
            <source>The key and certificate by which wallets know this station cannot be used. Tell your administrator.</source>
            <translation>जिस कुंजी और प्रमाणपत्र से वॉलेट इस स्टेशन को पहचानते हैं वे उपयोग नहीं हो सकते। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The key file cannot be read: it must be an RSA key in PEM or DER form, or the public key of a TPM.</source>
            <translation>कुंजी फ़ाइल पढ़ी नहीं जा सकती: वह PEM या DER रूप में RSA कुंजी, या TPM की सार्वजनिक कुंजी होनी चाहिए।</translation>
        </message>
        <message>
            <source>The key in station.json does not belong to this folder: two stations were mixed up. Nothing was changed; put the right station.json back.</source>
            <translation>station.json की कुंजी इस फ़ोल्डर की नहीं है: दो स्टेशन आपस में मिल गए हैं। कुछ नहीं बदला गया; सही station.json वापस रखें।</translation>
        </message>
        <message>
            <source>The keyring of your account at this computer cannot be used: there is none, or it is locked. Sign in to the computer's desktop and unlock it.</source>
            <translation>इस कंप्यूटर पर आपके खाते का कुंजी-भंडार उपयोग नहीं हो सकता: वह है ही नहीं, या लॉक है। कंप्यूटर के डेस्कटॉप में साइन इन करके उसे खोलें।</translation>
        </message>
        <message>
            <source>The keyring of your account at this computer does not hold this station's key: it is another account or another computer. What was registered is kept here. Call your administrator.</source>
            <translation>इस कंप्यूटर पर आपके खाते के कुंजी-भंडार में इस स्टेशन की कुंजी नहीं है: यह दूसरा खाता या दूसरा कंप्यूटर है। जो पंजीकृत हुआ वह यहाँ सुरक्षित है। अपने व्यवस्थापक को बुलाएँ।</translation>
        </message>
        <message>
            <source>The kind of impression in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दिया गया छाप का प्रकार मानक में नहीं है।</translation>
        </message>
        <message>
            <source>The last of the days lies before the first.</source>
            <translation>आख़िरी दिन पहले दिन से पहले है।</translation>
        </message>
        <message>
            <source>The light or the camera is poor</source>
            <translation>रोशनी या कैमरा कमज़ोर है</translation>
        </message>
        <message>
            <source>The lines on the chip are not those that opened it: number, birth or expiry differ from the printed page.</source>
            <translation>चिप की पंक्तियाँ वे नहीं हैं जिनसे वह खुली: संख्या, जन्म या समाप्ति छपे पृष्ठ से अलग है।</translation>
        </message>
        <message>
            <source>The list comes from station {station}, which was not accepted here. A supervisor may accept its key: {fingerprint}.</source>
            <translation>सूची स्टेशन {station} से आई है, जिसे यहाँ स्वीकार नहीं किया गया। पर्यवेक्षक उसकी कुंजी स्वीकार कर सकते हैं: {fingerprint}।</translation>
        </message>
        <message>
            <source>The list for a review cannot be read: {part} is missing or has a wrong form.</source>
            <translation>समीक्षा की सूची पढ़ी नहीं जा सकती: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>The list hangs on {parent}, which is no list of this form.</source>
            <translation>सूची {parent} पर निर्भर है, जो इस फ़ॉर्म की सूची नहीं है।</translation>
        </message>
        <message>
            <source>The list is for another station.</source>
            <translation>सूची दूसरे स्टेशन के लिए है।</translation>
        </message>
        <message>
            <source>The list of those who may sign in here is damaged: users.json.</source>
            <translation>यहाँ साइन इन कर सकने वालों की सूची ख़राब है: users.json।</translation>
        </message>
        <message>
            <source>The list of what is on the drive cannot be read: {part} is missing or has a wrong form.</source>
            <translation>ड्राइव पर क्या है, इसकी सूची पढ़ी नहीं जा सकती: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>The list of {field} has no entries: nobody could choose anything.</source>
            <translation>{field} की सूची में कोई प्रविष्टि नहीं है: कोई कुछ चुन नहीं सकता।</translation>
        </message>
        <message>
            <source>The list on this drive was changed or cut off after its station had signed it. Nothing was taken; hand over again.</source>
            <translation>इस ड्राइव की सूची उसके स्टेशन के हस्ताक्षर के बाद बदली या काटी गई। कुछ नहीं लिया गया; फिर से सौंपें।</translation>
        </message>
        <message>
            <source>The list was changed or cut off after its station had signed it. Nothing was taken.</source>
            <translation>सूची उसके स्टेशन के हस्ताक्षर के बाद बदली या काटी गई। कुछ नहीं लिया गया।</translation>
        </message>
        <message>
            <source>The lists {fields} hang on one another in a circle.</source>
            <translation>सूचियाँ {fields} एक-दूसरे पर घूमकर निर्भर हैं।</translation>
        </message>
        <message>
            <source>The machine-readable lines of the document are not complete.</source>
            <translation>दस्तावेज़ की मशीन से पढ़ी जाने वाली पंक्तियाँ पूरी नहीं हैं।</translation>
        </message>
        <message>
            <source>The mail server offers no secure connection, so no code was sent. Tell your administrator.</source>
            <translation>ई-मेल सर्वर सुरक्षित कनेक्शन नहीं देता, इसलिए कोई कोड नहीं भेजा गया। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The message with the code was not taken. Check the address, or take another way.</source>
            <translation>कोड वाला संदेश नहीं लिया गया। पता जाँचें, या दूसरा तरीका चुनें।</translation>
        </message>
        <message>
            <source>The method {method} is for one tenant and does not say which.</source>
            <translation>विधि {method} एक ही संस्था के लिए है और नहीं बताती कि किसके लिए।</translation>
        </message>
        <message>
            <source>The method {method} stands in the proofing configuration twice.</source>
            <translation>विधि {method} प्रमाण के कॉन्फ़िगरेशन में दो बार है।</translation>
        </message>
        <message>
            <source>The network that recognises faces has no threshold for searching among many.</source>
            <translation>चेहरे पहचानने वाले नेटवर्क में बहुतों के बीच खोजने की सीमा नहीं है।</translation>
        </message>
        <message>
            <source>The note must not lie in the station's own folder: choose a drive that is kept elsewhere.</source>
            <translation>नोट स्टेशन के अपने फ़ोल्डर में नहीं होना चाहिए: ऐसी ड्राइव चुनें जो कहीं और रखी जाती हो।</translation>
        </message>
        <message>
            <source>The number of the representation in the record is wrong.</source>
            <translation>रिकॉर्ड में प्रस्तुति की संख्या ग़लत है।</translation>
        </message>
        <message>
            <source>The officer alone says that the person was there</source>
            <translation>केवल अधिकारी कहता है कि व्यक्ति वहाँ था</translation>
        </message>
        <message>
            <source>The officer marks many exceptions</source>
            <translation>अधिकारी बहुत से अपवाद चिह्नित करता है</translation>
        </message>
        <message>
            <source>The one that costs least</source>
            <translation>वह जिसमें सबसे कम लागत हो</translation>
        </message>
        <message>
            <source>The one that proves most</source>
            <translation>वह जो सबसे अधिक सिद्ध करे</translation>
        </message>
        <message>
            <source>The orientation in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दी गई दिशा मानक में नहीं है।</translation>
        </message>
        <message>
            <source>The pack of networks {folder} does not say how its networks are used.</source>
            <translation>नेटवर्क का पैक {folder} नहीं बताता कि उसके नेटवर्क कैसे इस्तेमाल होते हैं।</translation>
        </message>
        <message>
            <source>The pack of networks {folder} is not signed by a key this station trusts.</source>
            <translation>नेटवर्क के पैक {folder} पर ऐसी कुंजी के हस्ताक्षर नहीं हैं जिस पर यह स्टेशन भरोसा करता है।</translation>
        </message>
        <message>
            <source>The packet has a part with a name that is not understood.</source>
            <translation>पैकेट में एक भाग का नाम समझा नहीं जा सकता।</translation>
        </message>
        <message>
            <source>The packet has more parts than any client makes.</source>
            <translation>पैकेट में इतने भाग हैं जितने कोई प्रोग्राम नहीं बनाता।</translation>
        </message>
        <message>
            <source>The packet holds a file that no field names: {field}.</source>
            <translation>पैकेट में एक फ़ाइल है जिसका नाम कोई खाना नहीं लेता: {field}।</translation>
        </message>
        <message>
            <source>The packet holds no part that could be opened.</source>
            <translation>पैकेट में ऐसा कोई भाग नहीं है जो खोला जा सके।</translation>
        </message>
        <message>
            <source>The packet is larger than the server takes (its code: {server_code}). Have the server's limit raised and try again, or register the person anew with smaller pictures of the documents.</source>
            <translation>पैकेट उससे बड़ा है जितना सर्वर लेता है (उसका कोड: {server_code})। सर्वर की सीमा बढ़वाकर फिर प्रयास करें, या दस्तावेज़ों के छोटे चित्रों के साथ व्यक्ति का नया पंजीकरण करें।</translation>
        </message>
        <message>
            <source>The packet is not sent: no supervisor has approved it.</source>
            <translation>पैकेट नहीं भेजा गया: किसी पर्यवेक्षक ने उसे स्वीकृति नहीं दी है।</translation>
        </message>
        <message>
            <source>The packet is on the list and not on the drive.</source>
            <translation>पैकेट सूची में है, पर ड्राइव पर नहीं।</translation>
        </message>
        <message>
            <source>The packet is sealed: the proof of this identity can be taken.</source>
            <translation>पैकेट सील है: इस पहचान का प्रमाण लिया जा सकता है।</translation>
        </message>
        <message>
            <source>The packet lacks the file that the field {field} names.</source>
            <translation>पैकेट में वह फ़ाइल नहीं है जिसका नाम खाना {field} लेता है।</translation>
        </message>
        <message>
            <source>The packet names an old client, of which no signatures of devices are asked.</source>
            <translation>पैकेट एक पुराने प्रोग्राम का नाम लेता है, जिससे उपकरणों के हस्ताक्षर नहीं माँगे जाते।</translation>
        </message>
        <message>
            <source>The packet waits in the outbox.</source>
            <translation>पैकेट आउटबॉक्स में प्रतीक्षा कर रहा है।</translation>
        </message>
        <message>
            <source>The packet's archive cannot be read.</source>
            <translation>पैकेट का संग्रह पढ़ा नहीं जा सकता।</translation>
        </message>
        <message>
            <source>The packet's archive has an entry with a forbidden name.</source>
            <translation>पैकेट के संग्रह में एक प्रविष्टि का नाम वर्जित है।</translation>
        </message>
        <message>
            <source>The packet's archive has two entries of the same name.</source>
            <translation>पैकेट के संग्रह में एक ही नाम की दो प्रविष्टियाँ हैं।</translation>
        </message>
        <message>
            <source>The packet's archive is larger unpacked than any packet may be.</source>
            <translation>पैकेट का संग्रह खोलने पर किसी भी पैकेट से बड़ा हो जाता है।</translation>
        </message>
        <message>
            <source>The packet's biometric file has an exception that its description does not name.</source>
            <translation>पैकेट की बायोमेट्रिक फ़ाइल में एक अपवाद है जिसका नाम उसके विवरण में नहीं है।</translation>
        </message>
        <message>
            <source>The packet's description cannot be read: {part} has a wrong form.</source>
            <translation>पैकेट का विवरण पढ़ा नहीं जा सकता: {part} का रूप ग़लत है।</translation>
        </message>
        <message>
            <source>The packet's description does not tell when it was made.</source>
            <translation>पैकेट का विवरण नहीं बताता कि वह कब बना।</translation>
        </message>
        <message>
            <source>The packet's description lacks {field}.</source>
            <translation>पैकेट के विवरण में {field} नहीं है।</translation>
        </message>
        <message>
            <source>The packet's description names an exception that its biometric file does not have.</source>
            <translation>पैकेट का विवरण एक अपवाद बताता है जो उसकी बायोमेट्रिक फ़ाइल में नहीं है।</translation>
        </message>
        <message>
            <source>The packet's description names another station than the packet.</source>
            <translation>पैकेट का विवरण पैकेट से अलग स्टेशन का नाम लेता है।</translation>
        </message>
        <message>
            <source>The packet's file was changed or damaged on the way.</source>
            <translation>पैकेट की फ़ाइल रास्ते में बदली गई या ख़राब हो गई।</translation>
        </message>
        <message>
            <source>The packet's number has a form that no packet has.</source>
            <translation>पैकेट की संख्या का रूप ऐसा है जो किसी पैकेट का नहीं होता।</translation>
        </message>
        <message>
            <source>The packets come from station {station}, which this station does not know. A supervisor may accept its key: {fingerprint}.</source>
            <translation>पैकेट स्टेशन {station} से आए हैं, जिसे यह स्टेशन नहीं जानता। कोई पर्यवेक्षक उसकी कुंजी स्वीकार कर सकता है: {fingerprint}।</translation>
        </message>
        <message>
            <source>The page came out black. Close the cover; if that does not help, the lamp is broken.</source>
            <translation>पृष्ठ काला आया। ढक्कन बंद करें; यदि इससे काम न बने, तो लैंप ख़राब है।</translation>
        </message>
        <message>
            <source>The page is not sharp enough to judge this.</source>
            <translation>पृष्ठ इतना साफ़ नहीं है कि यह जाँचा जा सके।</translation>
        </message>
        <message>
            <source>The page is not sharp. Hold the camera still, or scan it again.</source>
            <translation>पृष्ठ साफ़ नहीं है। कैमरा स्थिर रखें, या फिर से स्कैन करें।</translation>
        </message>
        <message>
            <source>The page is too dark. Take it in better light.</source>
            <translation>पृष्ठ पर बहुत अँधेरा है। बेहतर रोशनी में लें।</translation>
        </message>
        <message>
            <source>The page was taken from the side. Hold the camera straight above it.</source>
            <translation>पृष्ठ तिरछा लिया गया। कैमरे को सीधे उसके ऊपर रखें।</translation>
        </message>
        <message>
            <source>The passport's zone</source>
            <translation>पासपोर्ट की पढ़ी जाने वाली पंक्तियाँ</translation>
        </message>
        <message>
            <source>The password file {file} is not plain text in UTF-8. Save it as UTF-8.</source>
            <translation>पासवर्ड फ़ाइल {file} UTF-8 में सादा पाठ नहीं है। उसे UTF-8 में सहेजें।</translation>
        </message>
        <message>
            <source>The password is too short: use at least {length} characters.</source>
            <translation>पासवर्ड बहुत छोटा है: कम से कम {length} अक्षर रखें।</translation>
        </message>
        <message>
            <source>The password is wrong. Try again.</source>
            <translation>पासवर्ड ग़लत है। फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The passwords of this demo station are gone: demo-credentials.json is missing or damaged. Begin a new demo in another folder.</source>
            <translation>इस डेमो स्टेशन के पासवर्ड चले गए: demo-credentials.json नहीं है या ख़राब है। दूसरे फ़ोल्डर में नया डेमो शुरू करें।</translation>
        </message>
        <message>
            <source>The person</source>
            <translation>व्यक्ति</translation>
        </message>
        <message>
            <source>The person agreed at {at}.</source>
            <translation>व्यक्ति {at} पर सहमत हुआ।</translation>
        </message>
        <message>
            <source>The person agrees</source>
            <translation>व्यक्ति सहमत है</translation>
        </message>
        <message>
            <source>The person checks this on their screen and answers there; or you ask them.</source>
            <translation>व्यक्ति इसे अपनी स्क्रीन पर जाँचता और वहीं उत्तर देता है; या आप उनसे पूछें।</translation>
        </message>
        <message>
            <source>The person chooses this</source>
            <translation>व्यक्ति यह चुनता है</translation>
        </message>
        <message>
            <source>The person confirms</source>
            <translation>व्यक्ति पुष्टि करता है</translation>
        </message>
        <message>
            <source>The person did not agree in the wallet. It can be tried again.</source>
            <translation>व्यक्ति वॉलेट में सहमत नहीं हुआ। फिर प्रयास किया जा सकता है।</translation>
        </message>
        <message>
            <source>The person did not agree.</source>
            <translation>व्यक्ति सहमत नहीं हुआ।</translation>
        </message>
        <message>
            <source>The person did not agree. The registration is over and nothing of it is kept.</source>
            <translation>व्यक्ति सहमत नहीं हुआ। पंजीकरण समाप्त है और उसका कुछ नहीं रखा जाता।</translation>
        </message>
        <message>
            <source>The person did not share anything at the identity provider. It can be tried again.</source>
            <translation>व्यक्ति ने पहचान प्रदाता पर कुछ साझा नहीं किया। फिर प्रयास किया जा सकता है।</translation>
        </message>
        <message>
            <source>The person does not agree</source>
            <translation>व्यक्ति सहमत नहीं है</translation>
        </message>
        <message>
            <source>The person ended the sharing of records. It can be begun again.</source>
            <translation>व्यक्ति ने रिकॉर्ड साझा करना समाप्त किया। फिर शुरू किया जा सकता है।</translation>
        </message>
        <message>
            <source>The person goes on in the browser: turn the screen to them. The answer comes by itself.</source>
            <translation>व्यक्ति ब्राउज़र में आगे बढ़ता है: स्क्रीन उनकी ओर घुमाएँ। उत्तर अपने आप आता है।</translation>
        </message>
        <message>
            <source>The person has to agree first: {consents}.</source>
            <translation>पहले व्यक्ति को सहमत होना होगा: {consents}।</translation>
        </message>
        <message>
            <source>The person has yet to prove who they are.</source>
            <translation>व्यक्ति को अभी सिद्ध करना है कि वह कौन है।</translation>
        </message>
        <message>
            <source>The person is registered already</source>
            <translation>व्यक्ति पहले से पंजीकृत है</translation>
        </message>
        <message>
            <source>The person lays the finger on the reader.</source>
            <translation>व्यक्ति उँगली रीडर पर रखता है।</translation>
        </message>
        <message>
            <source>The person reads this on their screen and answers there; or you ask them.</source>
            <translation>व्यक्ति इसे अपनी स्क्रीन पर पढ़ता और वहीं उत्तर देता है; या आप उनसे पूछें।</translation>
        </message>
        <message>
            <source>The person reads this on their screen and signs there.</source>
            <translation>व्यक्ति इसे अपनी स्क्रीन पर पढ़ता है और वहीं हस्ताक्षर करता है।</translation>
        </message>
        <message>
            <source>The person reads this with the app on their telephone.</source>
            <translation>व्यक्ति इसे अपने फ़ोन के ऐप से पढ़ता है।</translation>
        </message>
        <message>
            <source>The person said at {at}: this is right.</source>
            <translation>व्यक्ति ने {at} पर कहा: यह सही है।</translation>
        </message>
        <message>
            <source>The person said on their screen that something is wrong: {count} times.</source>
            <translation>व्यक्ति ने अपनी स्क्रीन पर कहा कि कुछ ग़लत है: {count} बार।</translation>
        </message>
        <message>
            <source>The person said that something is wrong</source>
            <translation>व्यक्ति ने कहा कि कुछ गलत है</translation>
        </message>
        <message>
            <source>The person said that something is wrong. Ask what it is, correct it and show it to them again.</source>
            <translation>व्यक्ति ने कहा कि कुछ ग़लत है। पूछें कि क्या, उसे ठीक करें और उन्हें फिर दिखाएँ।</translation>
        </message>
        <message>
            <source>The person says that something is wrong. Ask what it is and correct it.</source>
            <translation>व्यक्ति कहता है कि कुछ ग़लत है। पूछें कि क्या और उसे ठीक करें।</translation>
        </message>
        <message>
            <source>The person shows a document</source>
            <translation>व्यक्ति दस्तावेज़ दिखाता है</translation>
        </message>
        <message>
            <source>The person signs here to agree. Ask them to sign.</source>
            <translation>व्यक्ति सहमति के लिए यहाँ हस्ताक्षर करता है। उनसे हस्ताक्षर करने को कहें।</translation>
        </message>
        <message>
            <source>The person signs this themselves: show it to them.</source>
            <translation>व्यक्ति स्वयं हस्ताक्षर करता है: उसे यह पृष्ठ दिखाएँ।</translation>
        </message>
        <message>
            <source>The person who brings the child has to be confirmed by a supervisor.</source>
            <translation>बच्चे को लाने वाले की पुष्टि पर्यवेक्षक को करनी होगी।</translation>
        </message>
        <message>
            <source>The person's screen in a window</source>
            <translation>खिड़की में व्यक्ति की स्क्रीन</translation>
        </message>
        <message>
            <source>The photo that shows what cannot be captured is missing. Take it first.</source>
            <translation>वह फ़ोटो नहीं है जो दिखाता है कि क्या लिया नहीं जा सकता। पहले उसे लें।</translation>
        </message>
        <message>
            <source>The picture could not be accepted. Ask the person to look into the camera again.</source>
            <translation>चित्र स्वीकार नहीं हो सका। व्यक्ति से फिर कैमरे में देखने को कहें।</translation>
        </message>
        <message>
            <source>The picture does not show what is around the page.</source>
            <translation>चित्र में यह नहीं दिखता कि पृष्ठ के चारों ओर क्या है।</translation>
        </message>
        <message>
            <source>The picture does not tell a left eye from a right one.</source>
            <translation>चित्र से बाईं और दाईं आँख का पता नहीं चलता।</translation>
        </message>
        <message>
            <source>The picture in the record is compressed to less than a fifteenth of its size.</source>
            <translation>रिकॉर्ड का चित्र उसके आकार के पंद्रहवें भाग से भी कम तक संपीड़ित है।</translation>
        </message>
        <message>
            <source>The picture in the record is cut off or damaged.</source>
            <translation>रिकॉर्ड का चित्र कटा हुआ या ख़राब है।</translation>
        </message>
        <message>
            <source>The picture in the record is no JPEG 2000 file.</source>
            <translation>रिकॉर्ड का चित्र JPEG 2000 फ़ाइल नहीं है।</translation>
        </message>
        <message>
            <source>The picture in the record is not compressed as the record says.</source>
            <translation>रिकॉर्ड का चित्र वैसे संपीड़ित नहीं है जैसा रिकॉर्ड बताता है।</translation>
        </message>
        <message>
            <source>The picture in the record is not grey with 8 bits.</source>
            <translation>रिकॉर्ड का चित्र 8 बिट का धूसर चित्र नहीं है।</translation>
        </message>
        <message>
            <source>The picture in the record is not in colour (RGB) with 8 bits per channel.</source>
            <translation>रिकॉर्ड का चित्र प्रति चैनल 8 बिट का रंगीन (RGB) चित्र नहीं है।</translation>
        </message>
        <message>
            <source>The picture in the record was compressed with loss.</source>
            <translation>रिकॉर्ड का चित्र हानि के साथ संपीड़ित था।</translation>
        </message>
        <message>
            <source>The picture inside the record cannot be decoded.</source>
            <translation>रिकॉर्ड के भीतर का चित्र खोला नहीं जा सकता।</translation>
        </message>
        <message>
            <source>The picture inside the record is cut into more pieces than any device makes.</source>
            <translation>रिकॉर्ड के भीतर का चित्र इतने टुकड़ों में है जितने कोई उपकरण नहीं बनाता।</translation>
        </message>
        <message>
            <source>The picture inside the record is larger than any device makes.</source>
            <translation>रिकॉर्ड के भीतर का चित्र किसी भी उपकरण के चित्र से बड़ा है।</translation>
        </message>
        <message>
            <source>The picture is black. Take the cover off the {kind} and turn on the light.</source>
            <translation>चित्र काला है। {kind} से ढक्कन हटाएँ और रोशनी जलाएँ।</translation>
        </message>
        <message>
            <source>The picture is cut off or damaged. Copy it again.</source>
            <translation>चित्र कटा हुआ या ख़राब है। उसकी फिर से प्रति बनाएँ।</translation>
        </message>
        <message>
            <source>The picture is kept. It can be taken again.</source>
            <translation>चित्र रखा गया है। उसे फिर लिया जा सकता है।</translation>
        </message>
        <message>
            <source>The picture is neither too dark nor too bright.</source>
            <translation>चित्र न बहुत अँधेरा है न बहुत चमकीला।</translation>
        </message>
        <message>
            <source>The picture is too coarse. Go nearer, or scan at a higher resolution.</source>
            <translation>चित्र बहुत मोटा है। और पास जाएँ, या अधिक रिज़ॉल्यूशन पर स्कैन करें।</translation>
        </message>
        <message>
            <source>The picture is too large. Use at most 64 million pixels.</source>
            <translation>चित्र बहुत बड़ा है। अधिक से अधिक 6.4 करोड़ पिक्सेल रखें।</translation>
        </message>
        <message>
            <source>The picture is white. Turn the {kind} away from the light or the window.</source>
            <translation>चित्र सफ़ेद है। {kind} को रोशनी या खिड़की से दूर मोड़ें।</translation>
        </message>
        <message>
            <source>The picture looks more like the other eye than like the one that the record says it is.</source>
            <translation>चित्र उस आँख से अधिक दूसरी आँख जैसा दिखता है जो रिकॉर्ड बताता है।</translation>
        </message>
        <message>
            <source>The picture of the {kind} cannot be read. Try again.</source>
            <translation>{kind} का चित्र पढ़ा नहीं जा सकता। फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The picture shows no fingerprint ridges.</source>
            <translation>चित्र में उँगली की रेखाएँ नहीं दिखतीं।</translation>
        </message>
        <message>
            <source>The picture stands still, to the last dot. Unplug the {kind}, plug it in and test it again.</source>
            <translation>चित्र बिंदु-बिंदु तक स्थिर है। {kind} को निकालें, फिर लगाएँ और दोबारा जाँचें।</translation>
        </message>
        <message>
            <source>The picture that the camera signed does not show the face that was before it. Take the picture again.</source>
            <translation>कैमरे ने जिस चित्र पर हस्ताक्षर किए उसमें सामने वाला चेहरा नहीं है। चित्र फिर से लें।</translation>
        </message>
        <message>
            <source>The picture was compressed too much. Take one of better quality.</source>
            <translation>चित्र बहुत अधिक संपीड़ित था। बेहतर गुणवत्ता का लें।</translation>
        </message>
        <message>
            <source>The picture was taken without colours.</source>
            <translation>चित्र बिना रंगों के लिया गया।</translation>
        </message>
        <message>
            <source>The picture's resolution in the record is higher than that of the capture.</source>
            <translation>रिकॉर्ड में चित्र का रिज़ॉल्यूशन कैप्चर के रिज़ॉल्यूशन से अधिक है।</translation>
        </message>
        <message>
            <source>The picture's resolution in the record is not the same in both directions.</source>
            <translation>रिकॉर्ड में चित्र का रिज़ॉल्यूशन दोनों दिशाओं में एक जैसा नहीं है।</translation>
        </message>
        <message>
            <source>The place for packets cannot be reached. What was sent is kept at the station.</source>
            <translation>पैकेट के स्थान तक पहुँचा नहीं जा सकता। जो भेजा गया वह स्टेशन पर रखा है।</translation>
        </message>
        <message>
            <source>The places have no level {level}: the list of {field} would be empty.</source>
            <translation>जगहों में स्तर {level} नहीं है: {field} की सूची ख़ाली होगी।</translation>
        </message>
        <message>
            <source>The plots cannot be written into the folder {folder}.</source>
            <translation>आलेख फ़ोल्डर {folder} में लिखे नहीं जा सकते।</translation>
        </message>
        <message>
            <source>The portrait in the document's chip cannot be compared by the station. Compare it with the person yourself.</source>
            <translation>दस्तावेज़ की चिप के चित्र की तुलना स्टेशन नहीं कर सकता। स्वयं व्यक्ति से मिलाएँ।</translation>
        </message>
        <message>
            <source>The portrait of a document does not look like the face that was captured: likeness {score}, the same from {threshold} on.</source>
            <translation>दस्तावेज़ का चित्र लिए गए चेहरे जैसा नहीं दिखता: समानता {score}, {threshold} से वही व्यक्ति।</translation>
        </message>
        <message>
            <source>The portrait of a document looks like somebody else</source>
            <translation>दस्तावेज़ का चित्र किसी और जैसा दिखता है</translation>
        </message>
        <message>
            <source>The pre-registration cannot be read: {part} is missing or has a wrong form.</source>
            <translation>पूर्व-पंजीकरण पढ़ा नहीं जा सकता: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>The print is too dark. Press a little more lightly, and dry the finger if it is wet.</source>
            <translation>छाप बहुत गहरी है। थोड़ा हल्के दबाएँ, और उँगली गीली हो तो सुखा लें।</translation>
        </message>
        <message>
            <source>The print is too light. Press a little harder, and moisten the finger if it is dry.</source>
            <translation>छाप बहुत हल्की है। थोड़ा ज़ोर से दबाएँ, और उँगली सूखी हो तो नम कर लें।</translation>
        </message>
        <message>
            <source>The printed text</source>
            <translation>छपा हुआ पाठ</translation>
        </message>
        <message>
            <source>The printer did not take the slip. Look whether it is on and has paper, and print again.</source>
            <translation>प्रिंटर ने पर्ची नहीं ली। देखें कि वह चालू है और उसमें काग़ज़ है, फिर छापें।</translation>
        </message>
        <message>
            <source>The printer {printer} did not take the slip. Look whether it is on and has paper, and print again.</source>
            <translation>प्रिंटर {printer} ने पर्ची नहीं ली। देखें कि वह चालू है और उसमें काग़ज़ है, फिर छापें।</translation>
        </message>
        <message>
            <source>The program cannot judge this. Look yourself.</source>
            <translation>प्रोग्राम यह नहीं जाँच सकता। स्वयं देखें।</translation>
        </message>
        <message>
            <source>The programs that speak to this computer's TPM answered something that cannot be understood. Ask your administrator to install 'tpm2-tools' again.</source>
            <translation>इस कंप्यूटर के TPM से बात करने वाले प्रोग्रामों ने ऐसा उत्तर दिया जो समझा नहीं जा सकता। अपने व्यवस्थापक से 'tpm2-tools' फिर स्थापित करने को कहें।</translation>
        </message>
        <message>
            <source>The programs that speak to this computer's TPM are missing. Ask your administrator to install 'tpm2-tools'.</source>
            <translation>इस कंप्यूटर के TPM से बात करने वाले प्रोग्राम नहीं हैं। अपने व्यवस्थापक से 'tpm2-tools' स्थापित करने को कहें।</translation>
        </message>
        <message>
            <source>The proof can be taken once the packet is sealed. Finish the registration first.</source>
            <translation>पैकेट सील होने के बाद ही प्रमाण लिया जा सकता है। पहले पंजीकरण पूरा करें।</translation>
        </message>
        <message>
            <source>The proof cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>प्रमाण {file} में नहीं लिखा जा सकता। किसी मौजूद फ़ोल्डर की फ़ाइल का नाम दें।</translation>
        </message>
        <message>
            <source>The proof is saved as {file}. Keep it: it cannot be taken again.</source>
            <translation>प्रमाण {file} में सहेजा गया है। इसे सँभालकर रखें: यह दोबारा नहीं लिया जा सकता।</translation>
        </message>
        <message>
            <source>The proof is written to one signed file, which you keep; here the case is closed for good, and what it rests on is destroyed (pieces of evidence: {pieces}, files: {files}).</source>
            <translation>प्रमाण एक हस्ताक्षरित फ़ाइल में लिखा जाता है जो आपके पास रहती है; यहाँ मामला हमेशा के लिए बंद हो जाता है और उसका आधार नष्ट कर दिया जाता है (साक्ष्य के अंश: {pieces}, फ़ाइलें: {files})।</translation>
        </message>
        <message>
            <source>The proof of identity</source>
            <translation>पहचान का प्रमाण</translation>
        </message>
        <message>
            <source>The proof of the sign-in is from another identity provider than the one that was asked.</source>
            <translation>साइन-इन का प्रमाण उस पहचान प्रदाता का नहीं है जिससे पूछा गया था।</translation>
        </message>
        <message>
            <source>The proof of this identity was taken already and what it rests on was destroyed. Ask whoever keeps the file.</source>
            <translation>इस पहचान का प्रमाण पहले ही लिया जा चुका है और उसका आधार नष्ट कर दिया गया है। जिनके पास फ़ाइल है, उनसे पूछें।</translation>
        </message>
        <message>
            <source>The proofing configuration asks wallets for a kind of credential that this program does not read.</source>
            <translation>प्रमाण का कॉन्फ़िगरेशन वॉलेट से ऐसा क्रेडेंशियल माँगता है जिसे यह प्रोग्राम नहीं पढ़ता।</translation>
        </message>
        <message>
            <source>The proofing configuration asks wallets for something in a way that cannot be used.</source>
            <translation>प्रमाण का कॉन्फ़िगरेशन वॉलेट से कुछ ऐसे ढंग से माँगता है जो उपयोग नहीं हो सकता।</translation>
        </message>
        <message>
            <source>The proofing configuration cannot be read: it is no JSON object.</source>
            <translation>प्रमाण का कॉन्फ़िगरेशन पढ़ा नहीं जा सकता: वह JSON वस्तु नहीं है।</translation>
        </message>
        <message>
            <source>The proofing configuration has a missing or wrong value at {place}.</source>
            <translation>प्रमाण के कॉन्फ़िगरेशन में {place} पर मान नहीं है या ग़लत है।</translation>
        </message>
        <message>
            <source>The proofing configuration has keys nobody knows, perhaps misspelt: {keys}.</source>
            <translation>प्रमाण के कॉन्फ़िगरेशन में ऐसी कुंजियाँ हैं जिन्हें कोई नहीं जानता, शायद वर्तनी ग़लत है: {keys}।</translation>
        </message>
        <message>
            <source>The proofing configuration has no known _type at {place}.</source>
            <translation>प्रमाण के कॉन्फ़िगरेशन में {place} पर कोई ज्ञात _type नहीं है।</translation>
        </message>
        <message>
            <source>The proofing configuration names no service that could be asked.</source>
            <translation>प्रमाण विन्यास में ऐसी कोई सेवा नहीं जिससे पूछा जा सके।</translation>
        </message>
        <message>
            <source>The proofing configuration names no such service.</source>
            <translation>प्रमाण के कॉन्फ़िगरेशन में ऐसी कोई सेवा नहीं है।</translation>
        </message>
        <message>
            <source>The proofing use case {use_case} is switched off.</source>
            <translation>प्रमाण का उपयोग-मामला {use_case} बंद है।</translation>
        </message>
        <message>
            <source>The pupil is very narrow. Make the room darker.</source>
            <translation>पुतली बहुत सिकुड़ी है। कमरे में अँधेरा बढ़ाएँ।</translation>
        </message>
        <message>
            <source>The pupil is very wide. Make the room brighter.</source>
            <translation>पुतली बहुत फैली है। कमरे में रोशनी बढ़ाएँ।</translation>
        </message>
        <message>
            <source>The quality is {quality} of 100; at least {threshold} is needed. Take it again.</source>
            <translation>गुणवत्ता 100 में से {quality} है; कम से कम {threshold} चाहिए। फिर से लें।</translation>
        </message>
        <message>
            <source>The record carries no quality score.</source>
            <translation>रिकॉर्ड में गुणवत्ता अंक नहीं है।</translation>
        </message>
        <message>
            <source>The record does not say 8 bits per pixel.</source>
            <translation>रिकॉर्ड 8 बिट प्रति पिक्सेल नहीं बताता।</translation>
        </message>
        <message>
            <source>The record does not say that it holds exactly one finger or one eye.</source>
            <translation>रिकॉर्ड नहीं बताता कि उसमें ठीक एक उँगली या एक आँख है।</translation>
        </message>
        <message>
            <source>The record does not say that its picture is a grey JPEG 2000 one.</source>
            <translation>रिकॉर्ड नहीं बताता कि उसका चित्र धूसर JPEG 2000 चित्र है।</translation>
        </message>
        <message>
            <source>The record does not say that its picture is compressed as an authentication needs it: lossy JPEG 2000, or WSQ for a finger.</source>
            <translation>रिकॉर्ड नहीं बताता कि उसका चित्र वैसे संपीड़ित है जैसा प्रमाणीकरण को चाहिए: हानि वाला JPEG 2000, या उँगली के लिए WSQ।</translation>
        </message>
        <message>
            <source>The record does not say that its picture is compressed without loss as JPEG 2000.</source>
            <translation>रिकॉर्ड नहीं बताता कि उसका चित्र JPEG 2000 में बिना हानि के संपीड़ित है।</translation>
        </message>
        <message>
            <source>The record does not say that its picture is cropped and masked around the iris.</source>
            <translation>रिकॉर्ड नहीं बताता कि उसका चित्र आइरिस के चारों ओर काटा और ढका गया है।</translation>
        </message>
        <message>
            <source>The record does not say that its picture is cropped around the iris.</source>
            <translation>रिकॉर्ड नहीं बताता कि उसका चित्र आइरिस के चारों ओर काटा गया है।</translation>
        </message>
        <message>
            <source>The record does not say whether it is the right or the left eye.</source>
            <translation>रिकॉर्ड नहीं बताता कि वह दाईं आँख है या बाईं।</translation>
        </message>
        <message>
            <source>The record does not say which of the ten fingers it holds.</source>
            <translation>रिकॉर्ड नहीं बताता कि उसमें दस में से कौन सी उँगली है।</translation>
        </message>
        <message>
            <source>The record ends too early, at byte {offset}.</source>
            <translation>रिकॉर्ड बहुत पहले समाप्त होता है, बाइट {offset} पर।</translation>
        </message>
        <message>
            <source>The record holds several pictures; in a registration each has its own record.</source>
            <translation>रिकॉर्ड में कई चित्र हैं; पंजीकरण में हर एक का अपना रिकॉर्ड होता है।</translation>
        </message>
        <message>
            <source>The record names the maker of the device but not the type of the device.</source>
            <translation>रिकॉर्ड उपकरण के निर्माता का नाम लेता है, पर उपकरण के प्रकार का नहीं।</translation>
        </message>
        <message>
            <source>The record of the {kind} breaks a rule of MOSIP ({rule}); a server may refuse it.</source>
            <translation>{kind} का रिकॉर्ड MOSIP का एक नियम ({rule}) तोड़ता है; सर्वर उसे अस्वीकार कर सकता है।</translation>
        </message>
        <message>
            <source>The record says that it is one of a sequence of faces.</source>
            <translation>रिकॉर्ड कहता है कि वह चेहरों की शृंखला में से एक है।</translation>
        </message>
        <message>
            <source>The record says that its picture is in other colours than 24 bit RGB.</source>
            <translation>रिकॉर्ड कहता है कि उसके चित्र के रंग 24 बिट RGB से अलग हैं।</translation>
        </message>
        <message>
            <source>The record was not written: {field} has a value that its place in the record cannot hold.</source>
            <translation>रिकॉर्ड नहीं लिखा गया: {field} का मान रिकॉर्ड में अपनी जगह पर नहीं समाता।</translation>
        </message>
        <message>
            <source>The record's certification flag is set, which only finger records may have.</source>
            <translation>रिकॉर्ड का प्रमाणन चिह्न लगा है, जो केवल उँगलियों के रिकॉर्ड में हो सकता है।</translation>
        </message>
        <message>
            <source>The records do not say something about the person that is needed here.</source>
            <translation>रिकॉर्ड व्यक्ति के बारे में कुछ ऐसा नहीं बताते जो यहाँ चाहिए।</translation>
        </message>
        <message>
            <source>The records that are asked for are not set up with MiTrust. Tell your supervisor.</source>
            <translation>जो रिकॉर्ड माँगे गए वे MiTrust में सेट नहीं हैं। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The registration has no audit record. Call your supervisor.</source>
            <translation>पंजीकरण का कोई ऑडिट रिकॉर्ड नहीं है। अपने पर्यवेक्षक को बुलाएँ।</translation>
        </message>
        <message>
            <source>The registration holds a field that the ID schema does not know.</source>
            <translation>पंजीकरण में एक खाना है जिसे पहचान-स्कीमा नहीं जानता।</translation>
        </message>
        <message>
            <source>The registration is then sealed. Nobody can change or read it at this station any more.</source>
            <translation>पंजीकरण इसके बाद सील हो जाता है। फिर इस स्टेशन पर कोई उसे न बदल सकता है न पढ़ सकता है।</translation>
        </message>
        <message>
            <source>The registration is too large to be sent: {size} kB, and at most {limit} kB can be. Attach smaller pictures of the documents.</source>
            <translation>पंजीकरण भेजे जाने के लिए बहुत बड़ा है: {size} kB, जबकि अधिक से अधिक {limit} kB हो सकता है। दस्तावेज़ों के छोटे चित्र लगाएँ।</translation>
        </message>
        <message>
            <source>The registration waits on the desk and goes on here.</source>
            <translation>पंजीकरण डेस्क पर प्रतीक्षा करता है और यहीं से आगे बढ़ता है।</translation>
        </message>
        <message>
            <source>The registration was changed after it was signed. Check it and sign it again.</source>
            <translation>पंजीकरण हस्ताक्षर के बाद बदला गया। उसे जाँचें और फिर हस्ताक्षर करें।</translation>
        </message>
        <message>
            <source>The report cannot be written to {file}. Name a file in a folder that is there and that you may write to.</source>
            <translation>रिपोर्ट {file} में लिखी नहीं जा सकती। ऐसे फ़ोल्डर की फ़ाइल बताएँ जो मौजूद हो और जिसमें आप लिख सकें।</translation>
        </message>
        <message>
            <source>The report is saved. It holds no picture and nothing about people.</source>
            <translation>रिपोर्ट सहेज ली गई। उसमें न कोई चित्र है न लोगों के बारे में कुछ।</translation>
        </message>
        <message>
            <source>The report is written and signed: {file}</source>
            <translation>रिपोर्ट लिखी और हस्ताक्षरित है: {file}</translation>
        </message>
        <message>
            <source>The ridges are smeared. Hold the finger still and do not turn it.</source>
            <translation>रेखाएँ फैली हुई हैं। उँगली स्थिर रखें और घुमाएँ नहीं।</translation>
        </message>
        <message>
            <source>The same document was handed in for another registration here: {count}.</source>
            <translation>वही दस्तावेज़ यहाँ दूसरे पंजीकरण में भी दिया गया: {count}।</translation>
        </message>
        <message>
            <source>The same document was seen before</source>
            <translation>वही दस्तावेज़ पहले देखा गया</translation>
        </message>
        <message>
            <source>The same eye was presented twice. Take both again, each with its own eye.</source>
            <translation>एक ही आँख दो बार दिखाई गई। दोनों फिर से लें, हर एक अपनी आँख से।</translation>
        </message>
        <message>
            <source>The same finger was placed for both: {finger}, {other}. Take both again, each by itself.</source>
            <translation>दोनों के लिए एक ही उँगली रखी गई: {finger}, {other}। दोनों फिर से लें, हर एक अलग।</translation>
        </message>
        <message>
            <source>The same finger, eye or face is there twice, or is there and said to be missing. Take it again.</source>
            <translation>एक ही उँगली, आँख या चेहरा दो बार है, या है और कहा गया कि नहीं है। फिर से लें।</translation>
        </message>
        <message>
            <source>The sampling level in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दिया गया नमूना स्तर मानक में नहीं है।</translation>
        </message>
        <message>
            <source>The scanner cannot be reached any more. Look whether it is switched on and connected, and scan again.</source>
            <translation>स्कैनर तक अब नहीं पहुँचा जा सकता। देखें कि वह चालू और जुड़ा है, फिर स्कैन करें।</translation>
        </message>
        <message>
            <source>The scanner cannot draw these sheets in. Lay fewer of them in, straight, and scan again.</source>
            <translation>स्कैनर ये पन्ने नहीं खींच सकता। कम पन्ने, सीधे रखें और फिर स्कैन करें।</translation>
        </message>
        <message>
            <source>The scanner does not let this station use it. Ask your administrator.</source>
            <translation>स्कैनर इस स्टेशन को अपना उपयोग नहीं करने देता। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The scanner drew in several sheets at once. Fan them out, lay them in and scan again.</source>
            <translation>स्कैनर ने एक साथ कई पन्ने खींच लिए। उन्हें अलग-अलग करें, रखें और फिर स्कैन करें।</translation>
        </message>
        <message>
            <source>The scanner hands out pictures in a form this program cannot read. Use another scanner.</source>
            <translation>स्कैनर ऐसे रूप में चित्र देता है जिसे यह प्रोग्राम पढ़ नहीं सकता। दूसरा स्कैनर लें।</translation>
        </message>
        <message>
            <source>The scanner has no memory left for this page. Switch it off and on, and scan again.</source>
            <translation>स्कैनर में इस पृष्ठ के लिए स्मृति नहीं बची। उसे बंद करके चालू करें और फिर स्कैन करें।</translation>
        </message>
        <message>
            <source>The scanner sends this station to another address, where it does not follow. Ask your administrator.</source>
            <translation>स्कैनर इस स्टेशन को दूसरे पते पर भेजता है, जहाँ वह नहीं जाता। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The scanner's answer cannot be read. Switch it off and on, and try again.</source>
            <translation>स्कैनर का उत्तर पढ़ा नहीं जा सकता। उसे बंद करके चालू करें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The scanner's cover is open. Close it and scan again.</source>
            <translation>स्कैनर का ढक्कन खुला है। उसे बंद करें और फिर स्कैन करें।</translation>
        </message>
        <message>
            <source>The sealed packet is gone from this computer's disk. Tell your supervisor.</source>
            <translation>सीलबंद पैकेट इस कंप्यूटर की डिस्क पर नहीं रहा। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The sealed packet was changed on this computer's disk. Tell your supervisor.</source>
            <translation>सीलबंद पैकेट इस कंप्यूटर की डिस्क पर बदला गया। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The server</source>
            <translation>सर्वर</translation>
        </message>
        <message>
            <source>The server cannot be reached. The packet is kept and sent when there is a network.</source>
            <translation>सर्वर तक नहीं पहुँचा जा सकता। पैकेट सुरक्षित है और नेटवर्क मिलने पर भेजा जाएगा।</translation>
        </message>
        <message>
            <source>The server cannot open the packet (its code: {server_code}). Tell your administrator: its certificate may have changed. The packet is kept.</source>
            <translation>सर्वर पैकेट खोल नहीं सकता (उसका कोड: {server_code})। अपने व्यवस्थापक को बताएँ: शायद उसका प्रमाणपत्र बदल गया है। पैकेट सुरक्षित है।</translation>
        </message>
        <message>
            <source>The server cannot take the packet just now (its code: {server_code}). The packet is kept and will be sent again.</source>
            <translation>सर्वर अभी पैकेट नहीं ले सकता (उसका कोड: {server_code})। पैकेट सुरक्षित है और फिर भेजा जाएगा।</translation>
        </message>
        <message>
            <source>The server decides this one.</source>
            <translation>इसका निर्णय सर्वर करता है।</translation>
        </message>
        <message>
            <source>The server did not accept the sign-in. Check this computer's clock first, then the name and the password.</source>
            <translation>सर्वर ने साइन-इन स्वीकार नहीं किया। पहले इस कंप्यूटर की घड़ी जाँचें, फिर नाम और पासवर्ड।</translation>
        </message>
        <message>
            <source>The server did not answer in time. The packet is kept and will be sent again.</source>
            <translation>सर्वर ने समय पर उत्तर नहीं दिया। पैकेट सुरक्षित है और फिर भेजा जाएगा।</translation>
        </message>
        <message>
            <source>The server does not accept this station (its code: {server_code}). Tell your administrator.</source>
            <translation>सर्वर इस स्टेशन को स्वीकार नहीं करता (उसका कोड: {server_code})। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The server does not ask for this person to come again.</source>
            <translation>सर्वर इस व्यक्ति को फिर आने को नहीं कहता।</translation>
        </message>
        <message>
            <source>The server does not know this station's key. Have the one in its folder 'keys' registered there.</source>
            <translation>सर्वर इस स्टेशन की कुंजी नहीं जानता। इसके 'keys' फ़ोल्डर वाली कुंजी वहाँ दर्ज कराएँ।</translation>
        </message>
        <message>
            <source>The server does not know this station. Have the station's key registered there first.</source>
            <translation>सर्वर इस स्टेशन को नहीं जानता। पहले स्टेशन की कुंजी वहाँ दर्ज कराएँ।</translation>
        </message>
        <message>
            <source>The server does not say what became of the packets (its code: {server_code}).</source>
            <translation>सर्वर नहीं बताता कि पैकेटों का क्या हुआ (उसका कोड: {server_code})।</translation>
        </message>
        <message>
            <source>The server does not sign with the certificate of this fingerprint. Compare it again.</source>
            <translation>सर्वर इस फ़िंगरप्रिंट वाले प्रमाणपत्र से हस्ताक्षर नहीं करता। उसे फिर मिलाएँ।</translation>
        </message>
        <message>
            <source>The server does not tell this station what it asks for (its code: {server_code}). Tell your administrator.</source>
            <translation>सर्वर इस स्टेशन को वह नहीं बताता जो यह पूछता है (उसका कोड: {server_code})। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The server expects something else than this packet, even after it was announced anew (its code: {server_code}). Tell your administrator; the packet is kept.</source>
            <translation>नए सिरे से सूचित करने पर भी सर्वर इस पैकेट से अलग कुछ चाहता है (उसका कोड: {server_code})। अपने व्यवस्थापक को बताएँ; पैकेट सुरक्षित है।</translation>
        </message>
        <message>
            <source>The server has a problem (status {status}). The packet is kept and will be sent again.</source>
            <translation>सर्वर में समस्या है (स्थिति {status})। पैकेट सुरक्षित है और फिर भेजा जाएगा।</translation>
        </message>
        <message>
            <source>The server has no certificate for this station (its code: {server_code}). Register the station there first.</source>
            <translation>सर्वर के पास इस स्टेशन का प्रमाणपत्र नहीं है (उसका कोड: {server_code})। पहले स्टेशन को वहाँ पंजीकृत करें।</translation>
        </message>
        <message>
            <source>The server has no open request with the number this correction answers (its code: {server_code}). Tell your supervisor.</source>
            <translation>सर्वर के पास उस संख्या का कोई खुला अनुरोध नहीं है जिसका यह सुधार उत्तर है (उसका कोड: {server_code})। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The server has no pre-registration of this number any more, or never had. Compare the number with the person's letter; if it is right, it was used or cancelled: fill in the form with the person.</source>
            <translation>सर्वर के पास इस संख्या का पूर्व-पंजीकरण अब नहीं है, या कभी नहीं था। संख्या को व्यक्ति के पत्र से मिलाएँ; यदि सही है तो वह इस्तेमाल या रद्द हो चुका है: फ़ॉर्म व्यक्ति के साथ भरें।</translation>
        </message>
        <message>
            <source>The server has no such pre-registration for this centre (its code: {server_code}). Compare the number, or go on without it.</source>
            <translation>सर्वर के पास इस केंद्र के लिए ऐसा पूर्व-पंजीकरण नहीं है (उसका कोड: {server_code})। संख्या मिलाएँ, या उसके बिना आगे बढ़ें।</translation>
        </message>
        <message>
            <source>The server has not said that it processed the packet, so it is kept.</source>
            <translation>सर्वर ने नहीं कहा कि उसने पैकेट पर काम पूरा कर लिया, इसलिए उसे रखा गया है।</translation>
        </message>
        <message>
            <source>The server has processed the packet and it was destroyed here. There is nothing to send.</source>
            <translation>सर्वर ने पैकेट पर काम पूरा कर लिया और वह यहाँ नष्ट कर दिया गया। भेजने को कुछ नहीं है।</translation>
        </message>
        <message>
            <source>The server has the packet.</source>
            <translation>पैकेट सर्वर के पास है।</translation>
        </message>
        <message>
            <source>The server has too much to do just now. The packet is kept and will be sent again later.</source>
            <translation>सर्वर अभी बहुत व्यस्त है। पैकेट सुरक्षित है और बाद में फिर भेजा जाएगा।</translation>
        </message>
        <message>
            <source>The server knows no station with this computer's name. Have the station registered there.</source>
            <translation>सर्वर इस कंप्यूटर के नाम का कोई स्टेशन नहीं जानता। स्टेशन को वहाँ पंजीकृत कराएँ।</translation>
        </message>
        <message>
            <source>The server knows this station by another key. Have the one in its folder 'keys' registered there.</source>
            <translation>सर्वर इस स्टेशन को दूसरी कुंजी से जानता है। इसके 'keys' फ़ोल्डर वाली कुंजी वहाँ दर्ज कराएँ।</translation>
        </message>
        <message>
            <source>The server refused the enrollment (its code: {server_code}). Tell your supervisor.</source>
            <translation>सर्वर ने नामांकन अस्वीकार किया (उसका कोड: {server_code})। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The server refused the packet (its code: {server_code}). Tell your supervisor.</source>
            <translation>सर्वर ने पैकेट अस्वीकार किया (उसका कोड: {server_code})। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The server refused the packet. It is sent again when somebody asks for it in the outbox.</source>
            <translation>सर्वर ने पैकेट अस्वीकार किया। आउटबॉक्स में किसी के कहने पर वह फिर भेजा जाता है।</translation>
        </message>
        <message>
            <source>The server refused the request (status {status}).</source>
            <translation>सर्वर ने अनुरोध अस्वीकार किया (स्थिति {status})।</translation>
        </message>
        <message>
            <source>The server refused the sign-in (its code: {server_code}). Tell your supervisor.</source>
            <translation>सर्वर ने साइन-इन अस्वीकार किया (उसका कोड: {server_code})। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The server sent nothing yet: the forms and lists are those that were shipped.</source>
            <translation>सर्वर ने अभी कुछ नहीं भेजा: फ़ॉर्म और सूचियाँ मूल हैं।</translation>
        </message>
        <message>
            <source>The server signs with another certificate than before. Nothing is sent until your administrator has accepted the new one.</source>
            <translation>सर्वर पहले से अलग प्रमाणपत्र से हस्ताक्षर करता है। जब तक आपका व्यवस्थापक नया स्वीकार न करे, कुछ नहीं भेजा जाएगा।</translation>
        </message>
        <message>
            <source>The server wants you to sign in: sign in again with the network to send.</source>
            <translation>सर्वर चाहता है कि आप साइन इन करें: भेजने के लिए नेटवर्क के साथ फिर साइन इन करें।</translation>
        </message>
        <message>
            <source>The server was told of this registration already. Tell whoever runs the server what you found.</source>
            <translation>सर्वर को इस पंजीकरण की सूचना पहले ही दी जा चुकी है। सर्वर चलाने वाले को बताएँ कि आपने क्या पाया।</translation>
        </message>
        <message>
            <source>The server's address is not one: write https://name.</source>
            <translation>सर्वर का पता सही नहीं है: https://नाम लिखें।</translation>
        </message>
        <message>
            <source>The server's address must begin with https.</source>
            <translation>सर्वर का पता https से शुरू होना चाहिए।</translation>
        </message>
        <message>
            <source>The server's answer is not signed as it must be, so nothing of it was used. Tell your administrator.</source>
            <translation>सर्वर के उत्तर पर वैसे हस्ताक्षर नहीं हैं जैसे होने चाहिए, इसलिए उसका कुछ उपयोग नहीं हुआ। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The server's answer to the sign-in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>साइन-इन पर सर्वर का उत्तर पढ़ा नहीं जा सकता: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>The server's answer was too long and was not read. Tell your administrator.</source>
            <translation>सर्वर का उत्तर बहुत लंबा था और पढ़ा नहीं गया। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The server's certificate cannot be used. Check this computer's clock, then ask your administrator.</source>
            <translation>सर्वर का प्रमाणपत्र उपयोग नहीं हो सकता। इस कंप्यूटर की घड़ी जाँचें, फिर अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The server's key for comparing faces is none. Tell your administrator.</source>
            <translation>चेहरों की तुलना के लिए सर्वर की कुंजी सही नहीं है। अपने प्रशासक को बताएँ।</translation>
        </message>
        <message>
            <source>The server's virus scan refused the packet (its code: {server_code}). Tell your administrator; the packet is kept.</source>
            <translation>सर्वर की वायरस जाँच ने पैकेट अस्वीकार किया (उसका कोड: {server_code})। अपने व्यवस्थापक को बताएँ; पैकेट सुरक्षित है।</translation>
        </message>
        <message>
            <source>The service could not decide whether this is the person. It can be tried again.</source>
            <translation>सेवा तय नहीं कर सकी कि यह वही व्यक्ति है या नहीं। फिर प्रयास किया जा सकता है।</translation>
        </message>
        <message>
            <source>The service did not accept what it was asked. Tell your administrator.</source>
            <translation>सेवा ने वह स्वीकार नहीं किया जो उससे पूछा गया। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The service did not tell something about the person that is needed here.</source>
            <translation>सेवा ने व्यक्ति के बारे में कुछ ऐसा नहीं बताया जो यहाँ चाहिए।</translation>
        </message>
        <message>
            <source>The service does not accept this station. Tell your administrator.</source>
            <translation>सेवा इस स्टेशन को स्वीकार नहीं करती। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The service does not know the question any more. Begin this step again.</source>
            <translation>सेवा उस प्रश्न को अब नहीं जानती। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The service for this step does not answer just now. Take another way, or try again later.</source>
            <translation>इस चरण की सेवा अभी उत्तर नहीं दे रही है। दूसरा तरीका चुनें, या बाद में फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The service is there, but no source could share what is asked for just now. People are spared the way there.</source>
            <translation>सेवा उपलब्ध है, पर अभी कोई स्रोत माँगी गई जानकारी साझा नहीं कर सकता। लोगों को वहाँ नहीं भेजा जाता।</translation>
        </message>
        <message>
            <source>The service says that this is not the person.</source>
            <translation>सेवा कहती है कि यह वह व्यक्ति नहीं है।</translation>
        </message>
        <message>
            <source>The service that chip readers are used through (pcscd) does not run on this computer. Tell your supervisor.</source>
            <translation>जिस सेवा से चिप रीडर चलते हैं (pcscd) वह इस कंप्यूटर पर नहीं चल रही। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The service that proves identities cannot be reached. Try again when there is a network.</source>
            <translation>पहचान सिद्ध करने वाली सेवा तक नहीं पहुँचा जा सकता। नेटवर्क मिलने पर फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The service that proves identities did not answer in time. Try again.</source>
            <translation>पहचान सिद्ध करने वाली सेवा ने समय पर उत्तर नहीं दिया। फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The service that proves identities is out of order just now. Try again later.</source>
            <translation>पहचान सिद्ध करने वाली सेवा अभी काम नहीं कर रही। बाद में फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The service that this token is for is not in the proofing configuration any more. Tell your administrator.</source>
            <translation>जिस सेवा के लिए यह टोकन है, वह अब प्रमाण के कॉन्फ़िगरेशन में नहीं है। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The set-up file cannot be read: {part} is missing or has a wrong form.</source>
            <translation>सेट-अप फ़ाइल पढ़ी नहीं जा सकती: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>The set-up file is for station {station}, not for this one.</source>
            <translation>सेट-अप फ़ाइल स्टेशन {station} के लिए है, इसके लिए नहीं।</translation>
        </message>
        <message>
            <source>The set-up file is signed with the certificate {fingerprint}, which is not the one this station believes. Compare it with what the server's owner says.</source>
            <translation>सेट-अप फ़ाइल पर प्रमाणपत्र {fingerprint} से हस्ताक्षर हैं, जो वह नहीं है जिस पर यह स्टेशन भरोसा करता है। सर्वर के स्वामी जो कहते हैं उससे मिलाएँ।</translation>
        </message>
        <message>
            <source>The set-up file may not be used any more, or not yet. Check this computer's clock, or have a new one made.</source>
            <translation>सेट-अप फ़ाइल अब या अभी उपयोग नहीं हो सकती। इस कंप्यूटर की घड़ी जाँचें, या नई बनवाएँ।</translation>
        </message>
        <message>
            <source>The set-up file was changed or cut off after it was signed. Nothing of it was used.</source>
            <translation>सेट-अप फ़ाइल हस्ताक्षर के बाद बदली या काटी गई। उसका कुछ उपयोग नहीं हुआ।</translation>
        </message>
        <message>
            <source>The setting {name} has a value it cannot have. It may be one of: {values}.</source>
            <translation>सेटिंग {name} का मान ऐसा है जो नहीं हो सकता। यह इनमें से एक हो सकता है: {values}।</translation>
        </message>
        <message>
            <source>The setting {name} of this driver cannot be used: {part}. It is written like this: {form}. Correct it and start this program again.</source>
            <translation>इस ड्राइवर की सेटिंग {name} उपयोग नहीं हो सकती: {part}। वह ऐसे लिखी जाती है: {form}। उसे ठीक करें और यह प्रोग्राम फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The settings were changed past this program: version {number} is missing or not as this station signed it. What was set before it counts. Look into the trail, then set them anew.</source>
            <translation>सेटिंग इस प्रोग्राम के बाहर बदली गईं: संस्करण {number} नहीं है या वैसा नहीं है जैसा इस केंद्र ने हस्ताक्षर किया था। उससे पहले जो तय था वही लागू है। अभिलेख देखें, फिर उन्हें नए सिरे से तय करें।</translation>
        </message>
        <message>
            <source>The sharing of records broke off. Begin this step again.</source>
            <translation>रिकॉर्ड साझा करना बीच में रुक गया। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The sign-in at the identity provider did not succeed. It can be tried again.</source>
            <translation>पहचान प्रदाता पर साइन-इन सफल नहीं हुआ। फिर प्रयास किया जा सकता है।</translation>
        </message>
        <message>
            <source>The sign-in at the trusted provider did not succeed. It can be tried again.</source>
            <translation>भरोसेमंद प्रदाता पर साइन-इन सफल नहीं हुआ। फिर प्रयास किया जा सकता है।</translation>
        </message>
        <message>
            <source>The sign-in was declined at the identity provider. It can be tried again.</source>
            <translation>पहचान प्रदाता पर साइन-इन से मना कर दिया गया। फिर प्रयास किया जा सकता है।</translation>
        </message>
        <message>
            <source>The sign-in was not as strong as is needed here. Sign in again in a stronger way.</source>
            <translation>साइन-इन उतना मज़बूत नहीं था जितना यहाँ चाहिए। अधिक मज़बूत तरीके से फिर साइन इन करें।</translation>
        </message>
        <message>
            <source>The signature does not match. The data was changed or comes from somebody else.</source>
            <translation>हस्ताक्षर मेल नहीं खाते। डेटा बदला गया है या किसी और का है।</translation>
        </message>
        <message>
            <source>The signature of a station's request cannot be read.</source>
            <translation>स्टेशन के अनुरोध का हस्ताक्षर पढ़ा नहीं जा सकता।</translation>
        </message>
        <message>
            <source>The signature of the person cannot be read.</source>
            <translation>व्यक्ति के हस्ताक्षर पढ़े नहीं जा सकते।</translation>
        </message>
        <message>
            <source>The signature of the {kind} is wrong. Do not use it and tell your supervisor.</source>
            <translation>{kind} के हस्ताक्षर ग़लत हैं। उसका उपयोग न करें और अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The six digits on the front</source>
            <translation>सामने छपे छह अंक</translation>
        </message>
        <message>
            <source>The slip is dated {date}, which is still to come. Check the clock of this computer.</source>
            <translation>पर्ची पर तारीख़ {date} है, जो अभी आई नहीं। इस कंप्यूटर की घड़ी जाँचें।</translation>
        </message>
        <message>
            <source>The slip is genuine, but it is not of a person of this name.</source>
            <translation>पर्ची असली है, पर इस नाम के व्यक्ति की नहीं।</translation>
        </message>
        <message>
            <source>The slip is genuine, but it was valid until {date} only.</source>
            <translation>पर्ची असली है, पर केवल {date} तक मान्य थी।</translation>
        </message>
        <message>
            <source>The slip is saved as {file}. It holds personal data: delete the file after use.</source>
            <translation>पर्ची {file} में सहेजी गई। इसमें व्यक्तिगत जानकारी है: उपयोग के बाद फ़ाइल मिटा दें।</translation>
        </message>
        <message>
            <source>The slip was changed after it was issued: its signature does not match what it says.</source>
            <translation>पर्ची जारी होने के बाद बदली गई: उसके हस्ताक्षर उसकी बात से मेल नहीं खाते।</translation>
        </message>
        <message>
            <source>The slip was not issued by the station of this certificate: it is forged, or another station's.</source>
            <translation>पर्ची इस प्रमाणपत्र वाले स्टेशन ने जारी नहीं की: वह जाली है, या दूसरे स्टेशन की।</translation>
        </message>
        <message>
            <source>The slip was sent to the printer.</source>
            <translation>पर्ची प्रिंटर को भेज दी गई।</translation>
        </message>
        <message>
            <source>The source has no record any more that belongs to this person.</source>
            <translation>स्रोत के पास अब इस व्यक्ति का कोई रिकॉर्ड नहीं है।</translation>
        </message>
        <message>
            <source>The source has several records that could be this person's. The person has to share theirs anew.</source>
            <translation>स्रोत के पास कई रिकॉर्ड हैं जो इस व्यक्ति के हो सकते हैं। व्यक्ति को अपने रिकॉर्ड फिर साझा करने होंगे।</translation>
        </message>
        <message>
            <source>The source of the records does not let MiTrust in any more. The person has to share them anew.</source>
            <translation>रिकॉर्ड का स्रोत MiTrust को अब आने नहीं देता। व्यक्ति को उन्हें फिर साझा करना होगा।</translation>
        </message>
        <message>
            <source>The station in this folder is a real one; the demo does not write to it.</source>
            <translation>इस फ़ोल्डर का स्टेशन असली है; डेमो उसमें कुछ नहीं लिखता।</translation>
        </message>
        <message>
            <source>The station keeps no version {number} of what the server sent.</source>
            <translation>सर्वर ने जो भेजा उसका संस्करण {number} केंद्र में नहीं है।</translation>
        </message>
        <message>
            <source>The station's data could not be brought into this version's form ({kind}). They are as they were: use the version of before, and tell your administrator.</source>
            <translation>स्टेशन का डेटा इस संस्करण के रूप में नहीं लाया जा सका ({kind})। वह जैसा था वैसा ही है: पिछला संस्करण इस्तेमाल करें और अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>The station's data was written by a newer version of Muster. Update the program.</source>
            <translation>स्टेशन का डेटा Muster के किसी नए संस्करण ने लिखा है। प्रोग्राम अद्यतन करें।</translation>
        </message>
        <message>
            <source>The station's database cannot be opened: it is damaged or the key is wrong.</source>
            <translation>स्टेशन का डेटाबेस खुल नहीं सकता: वह ख़राब है या कुंजी ग़लत है।</translation>
        </message>
        <message>
            <source>The station's database is damaged, and too little is left to rebuild it from. Nothing was changed: put the station's folder back from your backup.</source>
            <translation>स्टेशन का डेटाबेस ख़राब है, और उसे फिर बनाने के लिए बहुत कम बचा है। कुछ नहीं बदला गया: स्टेशन का फ़ोल्डर अपने बैकअप से वापस रखें।</translation>
        </message>
        <message>
            <source>The station's database was damaged. It was put aside in {folder} and rebuilt; look through your drafts and packets, and tell your supervisor.</source>
            <translation>स्टेशन का डेटाबेस ख़राब था। उसे {folder} में अलग रखकर फिर से बनाया गया; अपने मसौदे और पैकेट देख लें, और अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The station's folder cannot be read. Check the disk and its permissions.</source>
            <translation>स्टेशन का फ़ोल्डर पढ़ा नहीं जा सकता। डिस्क और उसकी अनुमतियाँ जाँचें।</translation>
        </message>
        <message>
            <source>The station's folder cannot be written. Check the disk and its permissions.</source>
            <translation>स्टेशन के फ़ोल्डर में लिखा नहीं जा सकता। डिस्क और उसकी अनुमतियाँ जाँचें।</translation>
        </message>
        <message>
            <source>The station's settings cannot be read: station.json is damaged.</source>
            <translation>स्टेशन की सेटिंग पढ़ी नहीं जा सकतीं: station.json ख़राब है।</translation>
        </message>
        <message>
            <source>The step {node} asks for {minimum} successes and has {children} steps.</source>
            <translation>चरण {node} {minimum} सफलताएँ माँगता है और उसमें {children} चरण हैं।</translation>
        </message>
        <message>
            <source>The step {node} does not offer that: {options}.</source>
            <translation>चरण {node} यह नहीं देता: {options}।</translation>
        </message>
        <message>
            <source>The step {node} does not wait for this.</source>
            <translation>चरण {node} इसकी प्रतीक्षा नहीं करता।</translation>
        </message>
        <message>
            <source>The step {node} has no steps in it.</source>
            <translation>चरण {node} के भीतर कोई चरण नहीं है।</translation>
        </message>
        <message>
            <source>The step {node} is given {target} from two places.</source>
            <translation>चरण {node} को {target} दो जगहों से मिलता है।</translation>
        </message>
        <message>
            <source>The step {node} is given {target}, which its method does nothing with. Perhaps it is misspelt.</source>
            <translation>चरण {node} को {target} मिलता है, जिसका उसकी विधि कुछ नहीं करती। शायद वर्तनी ग़लत है।</translation>
        </message>
        <message>
            <source>The step {node} is made of others: go on with one of those.</source>
            <translation>चरण {node} दूसरे चरणों से बना है: उनमें से किसी एक से आगे बढ़ें।</translation>
        </message>
        <message>
            <source>The step {node} is not to be done now.</source>
            <translation>चरण {node} अभी नहीं करना है।</translation>
        </message>
        <message>
            <source>The step {node} is over.</source>
            <translation>चरण {node} समाप्त हो चुका है।</translation>
        </message>
        <message>
            <source>The step {node} takes something from {source}, which cannot have run before it.</source>
            <translation>चरण {node}, {source} से कुछ लेता है, जो उससे पहले नहीं चल सकता।</translation>
        </message>
        <message>
            <source>The step {node} takes something from {source}, which is no step that finds anything.</source>
            <translation>चरण {node}, {source} से कुछ लेता है, जो कुछ खोजने वाला चरण नहीं है।</translation>
        </message>
        <message>
            <source>The step {node} uses a method that is not defined: {method}.</source>
            <translation>चरण {node} ऐसी विधि का उपयोग करता है जो परिभाषित नहीं है: {method}।</translation>
        </message>
        <message>
            <source>The step {node} would ask an address that is not secure: it has to begin with https.</source>
            <translation>चरण {node} ऐसे पते से पूछता जो सुरक्षित नहीं है: वह https से शुरू होना चाहिए।</translation>
        </message>
        <message>
            <source>The steps that were needed did not succeed.</source>
            <translation>जो चरण आवश्यक थे वे सफल नहीं हुए।</translation>
        </message>
        <message>
            <source>The strongest evidence there is shows who this person is, with the person before you.</source>
            <translation>सबसे मज़बूत साक्ष्य बताता है कि यह व्यक्ति कौन है, और वह आपके सामने है।</translation>
        </message>
        <message>
            <source>The suggestion</source>
            <translation>सुझाव</translation>
        </message>
        <message>
            <source>The supervisor knows this person.</source>
            <translation>पर्यवेक्षक इस व्यक्ति को जानते हैं।</translation>
        </message>
        <message>
            <source>The supervisor's user name or password is wrong. Check both and try again.</source>
            <translation>पर्यवेक्षक का उपयोगकर्ता नाम या पासवर्ड ग़लत है। दोनों जाँचें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The table of assurance levels has a missing or wrong value at {place}.</source>
            <translation>आश्वासन स्तरों की तालिका में {place} पर मान नहीं है या ग़लत है।</translation>
        </message>
        <message>
            <source>The table that is shown, as a file for a spreadsheet (CSV)</source>
            <translation>दिखाई गई तालिका, स्प्रेडशीट की फ़ाइल के रूप में (CSV)</translation>
        </message>
        <message>
            <source>The ten minutes for sharing records were over. It can be begun again.</source>
            <translation>रिकॉर्ड साझा करने के दस मिनट समाप्त हो गए। फिर शुरू किया जा सकता है।</translation>
        </message>
        <message>
            <source>The test did not end within {seconds} s. Unplug the {kind}, restart this program, and give this report to the maker of its driver.</source>
            <translation>जाँच {seconds} सेकंड में समाप्त नहीं हुई। {kind} को निकालें, यह प्रोग्राम फिर से शुरू करें, और यह रिपोर्ट उसके ड्राइवर के निर्माता को दें।</translation>
        </message>
        <message>
            <source>The time for this proof is over. Begin again.</source>
            <translation>इस प्रमाण का समय समाप्त हो गया। फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The time for this proof of identity is over. Begin again.</source>
            <translation>पहचान के इस प्रमाण का समय समाप्त हो गया। फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The time for this step is over. Begin it anew.</source>
            <translation>इस चरण का समय समाप्त हो गया। नए सिरे से शुरू करें।</translation>
        </message>
        <message>
            <source>The time of capture in the record is neither a time nor marked as unknown.</source>
            <translation>रिकॉर्ड में कैप्चर का समय न समय है, न अज्ञात बताया गया है।</translation>
        </message>
        <message>
            <source>The timed run waited in vain for a screen: {screen}.</source>
            <translation>समय-मापन एक स्क्रीन की व्यर्थ प्रतीक्षा करता रहा: {screen}।</translation>
        </message>
        <message>
            <source>The tokens are renewed.</source>
            <translation>टोकन नवीनीकृत हो गए।</translation>
        </message>
        <message>
            <source>The tour waited in vain for a screen: {screen}.</source>
            <translation>दौरा एक स्क्रीन की व्यर्थ प्रतीक्षा करता रहा: {screen}।</translation>
        </message>
        <message>
            <source>The trail cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>लेखा {file} में नहीं लिखा जा सकता। किसी मौजूद फ़ोल्डर की फ़ाइल का नाम दें।</translation>
        </message>
        <message>
            <source>The trail is BROKEN at record {number}: what stands from there on proves nothing.</source>
            <translation>ऑडिट शृंखला रिकॉर्ड {number} पर टूटी है: वहाँ से आगे का कुछ सिद्ध नहीं करता।</translation>
        </message>
        <message>
            <source>The trail is being checked …</source>
            <translation>ऑडिट शृंखला जाँची जा रही है …</translation>
        </message>
        <message>
            <source>The trail is unbroken: {count} records, signed by this station's key up to record {upto}.</source>
            <translation>ऑडिट शृंखला अटूट है: {count} रिकॉर्ड, रिकॉर्ड {upto} तक इस स्टेशन की कुंजी से हस्ताक्षरित।</translation>
        </message>
        <message>
            <source>The trail tells nothing of a registration with this number.</source>
            <translation>ऑडिट शृंखला इस संख्या के किसी पंजीकरण के बारे में कुछ नहीं बताती।</translation>
        </message>
        <message>
            <source>The trusted provider did not tell something about the person that is needed here.</source>
            <translation>भरोसेमंद प्रदाता ने व्यक्ति के बारे में कुछ ऐसा नहीं बताया जो यहाँ चाहिए।</translation>
        </message>
        <message>
            <source>The two passwords differ.</source>
            <translation>दोनों पासवर्ड अलग हैं।</translation>
        </message>
        <message>
            <source>The two passwords of {name} differ.</source>
            <translation>{name} के दोनों पासवर्ड अलग हैं।</translation>
        </message>
        <message>
            <source>The type of face picture in the record is none that the standard knows.</source>
            <translation>रिकॉर्ड में दिया गया चेहरे के चित्र का प्रकार मानक में नहीं है।</translation>
        </message>
        <message>
            <source>The unit of resolution in the record is neither pixels per inch nor per centimetre.</source>
            <translation>रिकॉर्ड में रिज़ॉल्यूशन की इकाई न पिक्सेल प्रति इंच है न प्रति सेंटीमीटर।</translation>
        </message>
        <message>
            <source>The use case asks for more than all of its methods together can prove.</source>
            <translation>उपयोग-मामला उससे अधिक माँगता है जितना उसकी सभी विधियाँ मिलकर सिद्ध कर सकती हैं।</translation>
        </message>
        <message>
            <source>The use case cannot succeed: too many of its methods are switched off or prohibited.</source>
            <translation>उपयोग-मामला सफल नहीं हो सकता: उसकी बहुत सी विधियाँ बंद या वर्जित हैं।</translation>
        </message>
        <message>
            <source>The use case {use_case} cannot be used ({reason}). 'muster proofing compile' says all that is wrong with it.</source>
            <translation>उपयोग-मामला {use_case} उपयोग नहीं हो सकता ({reason})। 'muster proofing compile' बताता है कि उसमें क्या-क्या ग़लत है।</translation>
        </message>
        <message>
            <source>The use case {use_case} stands in the proofing configuration twice.</source>
            <translation>उपयोग-मामला {use_case} प्रमाण के कॉन्फ़िगरेशन में दो बार है।</translation>
        </message>
        <message>
            <source>The values are no JSON object of texts: {file}.</source>
            <translation>मान पाठों की JSON वस्तु नहीं हैं: {file}।</translation>
        </message>
        <message>
            <source>The video file that stands for a camera is not there or cannot be read. Ask your administrator.</source>
            <translation>कैमरे की जगह रखी वीडियो फ़ाइल नहीं है या पढ़ी नहीं जा सकती। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>The wallet could not answer, perhaps for want of a fitting credential. Take another way.</source>
            <translation>वॉलेट उत्तर नहीं दे सका, शायद उसमें उपयुक्त क्रेडेंशियल नहीं है। दूसरा तरीका चुनें।</translation>
        </message>
        <message>
            <source>The wallet did not answer in time. Begin this step again.</source>
            <translation>वॉलेट ने समय पर उत्तर नहीं दिया। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>The wallet did not prove that the credential belongs to whoever showed it.</source>
            <translation>वॉलेट ने सिद्ध नहीं किया कि क्रेडेंशियल उसी का है जिसने उसे दिखाया।</translation>
        </message>
        <message>
            <source>The wallet did not prove that the credentials it showed belong to one and the same person.</source>
            <translation>वॉलेट ने सिद्ध नहीं किया कि उसके दिखाए क्रेडेंशियल एक ही व्यक्ति के हैं।</translation>
        </message>
        <message>
            <source>The wallet did not show something about the person that is needed here.</source>
            <translation>वॉलेट ने व्यक्ति के बारे में कुछ ऐसा नहीं दिखाया जो यहाँ चाहिए।</translation>
        </message>
        <message>
            <source>The wallet showed a credential of another kind than was asked for.</source>
            <translation>वॉलेट ने माँगे गए से अलग प्रकार का क्रेडेंशियल दिखाया।</translation>
        </message>
        <message>
            <source>The wallet showed more about the person than it was asked for, so nothing was kept.</source>
            <translation>वॉलेट ने व्यक्ति के बारे में माँगे गए से अधिक दिखाया, इसलिए कुछ नहीं रखा गया।</translation>
        </message>
        <message>
            <source>The width or height in the record is not that of the picture inside it.</source>
            <translation>रिकॉर्ड की चौड़ाई या ऊँचाई उसके भीतर के चित्र की नहीं है।</translation>
        </message>
        <message>
            <source>The {kind} answered in another version of the interface than it was asked in.</source>
            <translation>{kind} ने पूछे गए से अलग इंटरफ़ेस संस्करण में उत्तर दिया।</translation>
        </message>
        <message>
            <source>The {kind} answered with another capture than the one asked for. Try again.</source>
            <translation>{kind} ने माँगे गए की जगह दूसरा कैप्चर दिया। फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The {kind} calls a picture another finger or eye than its record does. Tell support.</source>
            <translation>{kind} एक चित्र को उसके रिकॉर्ड से अलग उँगली या आँख बताता है। सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} calls itself certified, but nobody this station believes in vouches for its chip. Tell support.</source>
            <translation>{kind} अपने को प्रमाणित कहता है, पर उसकी चिप की पुष्टि कोई ऐसा नहीं करता जिस पर यह स्टेशन भरोसा करता हो। सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} cannot capture what is needed here. Use another device.</source>
            <translation>{kind} वह नहीं ले सकता जो यहाँ चाहिए। दूसरा उपकरण लें।</translation>
        </message>
        <message>
            <source>The {kind} cannot reach its maker's server. Connect this computer to the network.</source>
            <translation>{kind} अपने निर्माता के सर्वर तक नहीं पहुँच सकता। इस कंप्यूटर को नेटवर्क से जोड़ें।</translation>
        </message>
        <message>
            <source>The {kind} captured for another purpose than registration.</source>
            <translation>{kind} ने पंजीकरण के अलावा किसी और उद्देश्य से कैप्चर लिया।</translation>
        </message>
        <message>
            <source>The {kind} chains its captures in an older way than specified.</source>
            <translation>{kind} अपने कैप्चर को निर्धारित से पुराने ढंग से जोड़ता है।</translation>
        </message>
        <message>
            <source>The {kind} chosen at this station, {chosen}, is not ready. {used} is used instead.</source>
            <translation>इस स्टेशन पर चुना गया {kind}, {chosen}, तैयार नहीं है। उसकी जगह {used} इस्तेमाल हो रहा है।</translation>
        </message>
        <message>
            <source>The {kind} could not use what it saw. Clean it and try again.</source>
            <translation>{kind} जो देख सका वह उपयोग नहीं हो सका। उसे साफ़ करें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The {kind} did not answer in time. Try again.</source>
            <translation>{kind} ने समय पर उत्तर नहीं दिया। फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The {kind} did not sign what it answered. Do not use it and tell support.</source>
            <translation>{kind} ने अपने उत्तर पर हस्ताक्षर नहीं किए। उसका उपयोग न करें और सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} did not understand the order (error {number}). Tell support.</source>
            <translation>{kind} को आदेश समझ नहीं आया (त्रुटि {number})। सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} does not say which finger or eye it captured. Use another device.</source>
            <translation>{kind} नहीं बताता कि उसने कौन सी उँगली या आँख ली। दूसरा उपकरण लें।</translation>
        </message>
        <message>
            <source>The {kind} handed out a finger or eye that is an exception; it was not kept.</source>
            <translation>{kind} ने ऐसी उँगली या आँख दी जो अपवाद है; उसे नहीं रखा गया।</translation>
        </message>
        <message>
            <source>The {kind} handed out a picture that it has handed out before. Tell your supervisor if it happens again.</source>
            <translation>{kind} ने ऐसा चित्र दिया जो वह पहले दे चुका है। यदि फिर ऐसा हो तो अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} handed out something else than it is made for.</source>
            <translation>{kind} ने वह दिया जिसके लिए वह बना नहीं है।</translation>
        </message>
        <message>
            <source>The {kind} handed out the same finger or eye twice. Try again.</source>
            <translation>{kind} ने एक ही उँगली या आँख दो बार दी। फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The {kind} has a new key since it was found; its maker vouches for it.</source>
            <translation>मिलने के बाद से {kind} की कुंजी नई है; उसका निर्माता उसकी पुष्टि करता है।</translation>
        </message>
        <message>
            <source>The {kind} has no valid certificate of its maker. Connect it to its maker's server, or use another device.</source>
            <translation>{kind} के पास अपने निर्माता का मान्य प्रमाणपत्र नहीं है। उसे निर्माता के सर्वर से जोड़ें, या दूसरा उपकरण लें।</translation>
        </message>
        <message>
            <source>The {kind} is busy. Close other programs that use it and try again.</source>
            <translation>{kind} व्यस्त है। उसका उपयोग कर रहे दूसरे प्रोग्राम बंद करें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The {kind} is connected.</source>
            <translation>{kind} जुड़ा है।</translation>
        </message>
        <message>
            <source>The {kind} is not ready yet. Wait a moment and try again.</source>
            <translation>{kind} अभी तैयार नहीं है। एक क्षण रुकें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The {kind} is set up for another environment than this station. Tell support.</source>
            <translation>{kind} इस स्टेशन से अलग परिवेश के लिए सेट है। सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} reported a fault. Unplug it, plug it in and try again.</source>
            <translation>{kind} ने ख़राबी बताई। उसे निकालें, फिर लगाएँ और प्रयास करें।</translation>
        </message>
        <message>
            <source>The {kind} reported error {number}. Try again; tell support if it stays.</source>
            <translation>{kind} ने त्रुटि {number} बताई। फिर प्रयास करें; बनी रहे तो सहायता दल को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} saw nothing. Place it again and keep still.</source>
            <translation>{kind} को कुछ नहीं दिखा। फिर से रखें और स्थिर रहें।</translation>
        </message>
        <message>
            <source>The {kind} says that somebody has tampered with it. Do not use it and tell your supervisor.</source>
            <translation>{kind} कहता है कि किसी ने उससे छेड़छाड़ की है। उसका उपयोग न करें और अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} signed something else than it handed out. Tell your supervisor.</source>
            <translation>{kind} ने जो दिया उससे अलग चीज़ पर हस्ताक्षर किए। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} wants its captures sent out of this computer. Do not use it and tell your supervisor.</source>
            <translation>{kind} अपने कैप्चर इस कंप्यूटर से बाहर भिजवाना चाहता है। उसका उपयोग न करें और अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in and try again.</source>
            <translation>{kind} निकाल लिया गया। उसे लगाएँ और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in; it goes on by itself.</source>
            <translation>{kind} निकाल लिया गया। उसे लगाएँ; काम अपने आप आगे बढ़ेगा।</translation>
        </message>
        <message>
            <source>The {kind} was withdrawn from use. Put it away and tell your supervisor.</source>
            <translation>{kind} उपयोग से हटा दिया गया है। उसे अलग रखें और अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>There are attempts left. A poor capture can be kept only when all are used up.</source>
            <translation>अभी प्रयास बाकी हैं। कमज़ोर कैप्चर तभी रखा जा सकता है जब सभी प्रयास हो जाएँ।</translation>
        </message>
        <message>
            <source>There are no packets at present.</source>
            <translation>इस समय कोई पैकेट नहीं है।</translation>
        </message>
        <message>
            <source>There are no pictures in the folder {folder}.</source>
            <translation>फ़ोल्डर {folder} में कोई चित्र नहीं है।</translation>
        </message>
        <message>
            <source>There are several requiredOn: here any of them is enough, MOSIP's own client looks at the first alone.</source>
            <translation>कई requiredOn हैं: यहाँ उनमें से कोई भी काफ़ी है, MOSIP का अपना प्रोग्राम केवल पहला देखता है।</translation>
        </message>
        <message>
            <source>There cannot be an answer before {time}.</source>
            <translation>{time} से पहले उत्तर नहीं आ सकता।</translation>
        </message>
        <message>
            <source>There is a document in that place already. Remove it first.</source>
            <translation>उस जगह पहले से एक दस्तावेज़ है। पहले उसे हटाएँ।</translation>
        </message>
        <message>
            <source>There is a file of that name already. Choose another name for the note.</source>
            <translation>इस नाम की फ़ाइल पहले से है। नोट के लिए दूसरा नाम चुनें।</translation>
        </message>
        <message>
            <source>There is a file of that name already: {file}. It was not changed.</source>
            <translation>इस नाम की फ़ाइल पहले से है: {file}। वह नहीं बदली गई।</translation>
        </message>
        <message>
            <source>There is a network</source>
            <translation>नेटवर्क है</translation>
        </message>
        <message>
            <source>There is a station in this folder already.</source>
            <translation>इस फ़ोल्डर में पहले से एक स्टेशन है।</translation>
        </message>
        <message>
            <source>There is data already. A backup is restored into an empty hub only.</source>
            <translation>डेटा पहले से है। बैकअप केवल खाली हब में पुनर्स्थापित होता है।</translation>
        </message>
        <message>
            <source>There is neither a UI specification nor an ID schema in {file}. Name MOSIP's JSON, or its table as CSV.</source>
            <translation>{file} में न UI विवरण है न पहचान-स्कीमा। MOSIP का JSON, या CSV के रूप में उसकी तालिका बताएँ।</translation>
        </message>
        <message>
            <source>There is no age group {group}. Known are {known}.</source>
            <translation>आयु समूह {group} नहीं है। ज्ञात हैं {known}।</translation>
        </message>
        <message>
            <source>There is no agreed format for what was captured, so it cannot be written.</source>
            <translation>जो लिया गया उसके लिए कोई मान्य फ़ॉर्मैट नहीं है, इसलिए वह लिखा नहीं जा सकता।</translation>
        </message>
        <message>
            <source>There is no display that a window could be shown on. Start this program in a graphical session; the commands work without one.</source>
            <translation>ऐसा कोई डिस्प्ले नहीं है जिस पर खिड़की दिखाई जा सके। यह प्रोग्राम ग्राफ़िकल सत्र में शुरू करें; कमांड उसके बिना भी चलते हैं।</translation>
        </message>
        <message>
            <source>There is no document on the chip reader. Lay it on and try again.</source>
            <translation>चिप रीडर पर कोई दस्तावेज़ नहीं है। उसे रखें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>There is no file behind this piece.</source>
            <translation>इस अंश के पीछे कोई फ़ाइल नहीं है।</translation>
        </message>
        <message>
            <source>There is no finger on record to compare with. Take another way.</source>
            <translation>तुलना के लिए कोई उँगली दर्ज नहीं है। दूसरा तरीका चुनें।</translation>
        </message>
        <message>
            <source>There is no job of this name. It may be one of: {names}.</source>
            <translation>इस नाम का कोई काम नहीं है। वह इनमें से एक हो सकता है: {names}।</translation>
        </message>
        <message>
            <source>There is no kind of server of this name. It may be one of: {kinds}.</source>
            <translation>इस नाम का कोई सर्वर प्रकार नहीं है। वह इनमें से एक हो सकता है: {kinds}।</translation>
        </message>
        <message>
            <source>There is no label in {languages}; English or the id is shown.</source>
            <translation>{languages} में लेबल नहीं है; अंग्रेज़ी या id दिखती है।</translation>
        </message>
        <message>
            <source>There is no list for a review in this folder.</source>
            <translation>इस फ़ोल्डर में समीक्षा की सूची नहीं है।</translation>
        </message>
        <message>
            <source>There is no list of packets in this folder. Perhaps the drive was pulled out too early: hand over again.</source>
            <translation>इस फ़ोल्डर में पैकेटों की सूची नहीं है। शायद ड्राइव बहुत जल्दी निकाल ली गई: फिर से सौंपें।</translation>
        </message>
        <message>
            <source>There is no other device for this.</source>
            <translation>इसके लिए दूसरा उपकरण नहीं है।</translation>
        </message>
        <message>
            <source>There is no portrait to compare the face with. Take a document of the person first.</source>
            <translation>चेहरे से तुलना के लिए कोई चित्र नहीं है। पहले व्यक्ति का कोई दस्तावेज़ लें।</translation>
        </message>
        <message>
            <source>There is no proofing use case {use_case} for {tenant}.</source>
            <translation>{tenant} के लिए कोई प्रमाण उपयोग-मामला {use_case} नहीं है।</translation>
        </message>
        <message>
            <source>There is no setting called {name}.</source>
            <translation>{name} नाम की कोई सेटिंग नहीं है।</translation>
        </message>
        <message>
            <source>There is no signed code of a slip in this. Photograph it again, flat and in good light, or type its text.</source>
            <translation>इसमें पर्ची का हस्ताक्षरित कोड नहीं है। उसे सपाट और अच्छी रोशनी में फिर खींचें, या उसका पाठ टाइप करें।</translation>
        </message>
        <message>
            <source>There is no station in this folder yet. Open the window once, or run 'muster station create'.</source>
            <translation>इस फ़ोल्डर में अभी कोई स्टेशन नहीं है। एक बार खिड़की खोलें, या 'muster station create' चलाएँ।</translation>
        </message>
        <message>
            <source>There is no such file: {file}.</source>
            <translation>ऐसी कोई फ़ाइल नहीं है: {file}।</translation>
        </message>
        <message>
            <source>There is no such folder: {folder}.</source>
            <translation>ऐसा कोई फ़ोल्डर नहीं है: {folder}।</translation>
        </message>
        <message>
            <source>There is no version {number} of the settings.</source>
            <translation>सेटिंग का संस्करण {number} नहीं है।</translation>
        </message>
        <message>
            <source>There is nothing in this registration to be confirmed.</source>
            <translation>इस पंजीकरण में पुष्टि करने को कुछ नहीं है।</translation>
        </message>
        <message>
            <source>There is nothing to be reviewed under this number.</source>
            <translation>इस संख्या के अंतर्गत समीक्षा करने को कुछ नहीं है।</translation>
        </message>
        <message>
            <source>There is nothing yet to look this person up by.</source>
            <translation>इस व्यक्ति को खोजने के लिए अभी कुछ नहीं है।</translation>
        </message>
        <message>
            <source>There is only the trace of an earlier finger. Clean the glass.</source>
            <translation>केवल किसी पिछली उँगली का निशान है। काँच साफ़ करें।</translation>
        </message>
        <message>
            <source>There is something behind the end of the record, at byte {offset}.</source>
            <translation>रिकॉर्ड के अंत के बाद कुछ है, बाइट {offset} पर।</translation>
        </message>
        <message>
            <source>There is something behind the picture in the record that nobody looks at.</source>
            <translation>रिकॉर्ड में चित्र के बाद कुछ है जिसे कोई नहीं देखता।</translation>
        </message>
        <message>
            <source>There is something on the chip reader that does not answer. Turn the document over, or open it at the page with the portrait.</source>
            <translation>चिप रीडर पर कुछ है जो उत्तर नहीं देता। दस्तावेज़ को पलटें, या उसे चित्र वाले पृष्ठ पर खोलें।</translation>
        </message>
        <message>
            <source>There is too little print on the page to judge this.</source>
            <translation>पृष्ठ पर इतनी कम छपाई है कि यह जाँचा नहीं जा सकता।</translation>
        </message>
        <message>
            <source>There is too little space on the disk for another registration. Free some first.</source>
            <translation>डिस्क पर एक और पंजीकरण के लिए बहुत कम जगह है। पहले कुछ जगह ख़ाली करें।</translation>
        </message>
        <message>
            <source>There was no network. The person may be enrolled; the proof is still owed.</source>
            <translation>नेटवर्क नहीं था। व्यक्ति का नामांकन हो सकता है; प्रमाण अभी बाकी है।</translation>
        </message>
        <message>
            <source>There were too many wrong attempts. Wait {minutes} min {seconds} s, then try again.</source>
            <translation>बहुत बार ग़लत प्रयास हुए। {minutes} मिनट {seconds} सेकंड रुकें, फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>These came with the proof and need not be scanned:</source>
            <translation>ये प्रमाण के साथ आए और इन्हें स्कैन करना ज़रूरी नहीं:</translation>
        </message>
        <message>
            <source>These pages together are too large to be sent: {size} kB, and at most {limit} kB can be. Leave some of them out.</source>
            <translation>ये पृष्ठ मिलकर भेजे जाने के लिए बहुत बड़े हैं: {size} kB, जबकि अधिक से अधिक {limit} kB हो सकते हैं। कुछ छोड़ दें।</translation>
        </message>
        <message>
            <source>These settings are as they were. Nothing was changed.</source>
            <translation>ये सेटिंग पहले जैसी हैं। कुछ नहीं बदला गया।</translation>
        </message>
        <message>
            <source>They said that they cannot sign.</source>
            <translation>व्यक्ति ने कहा कि वह हस्ताक्षर नहीं कर सकता।</translation>
        </message>
        <message>
            <source>This PDF cannot be read, or nobody signed it.</source>
            <translation>यह PDF पढ़ी नहीं जा सकती, या किसी ने इस पर हस्ताक्षर नहीं किए।</translation>
        </message>
        <message>
            <source>This breaks the rule {rule} of this field.</source>
            <translation>यह इस खाने का नियम {rule} तोड़ता है।</translation>
        </message>
        <message>
            <source>This chip does not open with six digits. Use the machine-readable lines of the document.</source>
            <translation>यह चिप छह अंकों से नहीं खुलती। दस्तावेज़ की मशीन से पढ़ी जाने वाली पंक्तियाँ इस्तेमाल करें।</translation>
        </message>
        <message>
            <source>This code is not that of a driving licence.</source>
            <translation>यह कोड ड्राइविंग लाइसेंस का नहीं है।</translation>
        </message>
        <message>
            <source>This computer does not let the program use the {kind}. Tell support: its udev rule is missing.</source>
            <translation>यह कंप्यूटर प्रोग्राम को {kind} का उपयोग नहीं करने देता। सहायता दल को बताएँ: उसका udev नियम नहीं है।</translation>
        </message>
        <message>
            <source>This computer does not let the program use the {kind}. Tell support: the account must belong to the group video.</source>
            <translation>यह कंप्यूटर प्रोग्राम को {kind} का उपयोग नहीं करने देता। सहायता दल को बताएँ: खाता video समूह में होना चाहिए।</translation>
        </message>
        <message>
            <source>This computer has no print service that could be asked. Save the slip as a PDF, or ask your administrator.</source>
            <translation>इस कंप्यूटर में छपाई सेवा नहीं है जिससे कहा जा सके। पर्ची PDF के रूप में सहेजें, या अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>This computer has no printer. Save the slip as a PDF, and print that elsewhere.</source>
            <translation>इस कंप्यूटर का कोई प्रिंटर नहीं है। पर्ची को PDF के रूप में सहेजें और कहीं और छापें।</translation>
        </message>
        <message>
            <source>This computer has no voice: during captures, what is asked of people is shown and not said.</source>
            <translation>इस कंप्यूटर में आवाज़ नहीं है: कैप्चर के दौरान लोगों से जो कहा जाता है वह दिखाया जाता है, बोला नहीं जाता।</translation>
        </message>
        <message>
            <source>This computer's TPM cannot be reached. It must be switched on in the computer's firmware settings, and your account must be allowed to use it.</source>
            <translation>इस कंप्यूटर के TPM तक नहीं पहुँचा जा सकता। वह कंप्यूटर की फ़र्मवेयर सेटिंग में चालू होना चाहिए, और आपके खाते को उसके उपयोग की अनुमति होनी चाहिए।</translation>
        </message>
        <message>
            <source>This computer's TPM does not answer. Start the computer again.</source>
            <translation>इस कंप्यूटर का TPM उत्तर नहीं देता। कंप्यूटर फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>This computer's TPM does not hold this station's key: it is another TPM, or it was reset. What was registered is kept here. Call your administrator.</source>
            <translation>इस कंप्यूटर के TPM में इस स्टेशन की कुंजी नहीं है: यह दूसरा TPM है, या उसे रीसेट किया गया। जो पंजीकृत हुआ वह यहाँ सुरक्षित है। अपने व्यवस्थापक को बुलाएँ।</translation>
        </message>
        <message>
            <source>This computer's TPM refuses ({response}). Tell your administrator what stands in the brackets.</source>
            <translation>इस कंप्यूटर का TPM मना करता है ({response})। कोष्ठक में जो लिखा है वह अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>This computer's clock is {minutes} minutes off the server's. Set its date, time and time zone, then sign in again.</source>
            <translation>इस कंप्यूटर की घड़ी सर्वर से {minutes} मिनट अलग है। उसकी तारीख़, समय और समय-क्षेत्र ठीक करें, फिर साइन इन करें।</translation>
        </message>
        <message>
            <source>This computer's clock was set back by {seconds} seconds meanwhile.</source>
            <translation>इस बीच इस कंप्यूटर की घड़ी {seconds} सेकंड पीछे की गई।</translation>
        </message>
        <message>
            <source>This configuration cannot be used as long as a use case in it has faults: {use_case}.</source>
            <translation>जब तक इस कॉन्फ़िगरेशन के किसी उपयोग-मामले में दोष है, इसका उपयोग नहीं हो सकता: {use_case}।</translation>
        </message>
        <message>
            <source>This date is too long ago to be a date of birth.</source>
            <translation>यह तारीख़ जन्म तिथि होने के लिए बहुत पुरानी है।</translation>
        </message>
        <message>
            <source>This date lies before the date of birth. Compare {field} and {other}.</source>
            <translation>यह तारीख़ जन्म तिथि से पहले की है। {field} और {other} मिलाएँ।</translation>
        </message>
        <message>
            <source>This date lies in the future.</source>
            <translation>यह तारीख़ भविष्य की है।</translation>
        </message>
        <message>
            <source>This date must not lie after {last}.</source>
            <translation>यह तारीख़ {last} के बाद की नहीं हो सकती।</translation>
        </message>
        <message>
            <source>This date must not lie before {first}.</source>
            <translation>यह तारीख़ {first} से पहले की नहीं हो सकती।</translation>
        </message>
        <message>
            <source>This device can be used. Something about it could be better.</source>
            <translation>यह उपकरण उपयोग हो सकता है। इसमें कुछ बेहतर हो सकता है।</translation>
        </message>
        <message>
            <source>This device cannot be used as it is. What to do stands beside the ✗.</source>
            <translation>यह उपकरण इस हालत में उपयोग नहीं हो सकता। क्या करना है वह ✗ के पास लिखा है।</translation>
        </message>
        <message>
            <source>This device is well.</source>
            <translation>यह उपकरण ठीक है।</translation>
        </message>
        <message>
            <source>This document came as a PDF that cannot be shown here. It is kept and sent as it was shared.</source>
            <translation>यह दस्तावेज़ ऐसे PDF के रूप में आया जिसे यहाँ दिखाया नहीं जा सकता। इसे जैसा साझा किया गया वैसा ही रखा और भेजा जाता है।</translation>
        </message>
        <message>
            <source>This document cannot be accepted as a proof. Ask for another, or take another way.</source>
            <translation>यह दस्तावेज़ प्रमाण के रूप में स्वीकार नहीं हो सकता। दूसरा माँगें, या दूसरा तरीका चुनें।</translation>
        </message>
        <message>
            <source>This document is needed before you can go on.</source>
            <translation>आगे बढ़ने से पहले यह दस्तावेज़ चाहिए।</translation>
        </message>
        <message>
            <source>This does not look like a telephone number in use. Ask the person to say it again.</source>
            <translation>यह चालू फ़ोन नंबर नहीं लगता। व्यक्ति से फिर बताने को कहें।</translation>
        </message>
        <message>
            <source>This entry does not belong to the place chosen above it.</source>
            <translation>यह प्रविष्टि उसके ऊपर चुनी गई जगह की नहीं है।</translation>
        </message>
        <message>
            <source>This field is needed.</source>
            <translation>यह खाना ज़रूरी है।</translation>
        </message>
        <message>
            <source>This field needs its text in each language of the registration.</source>
            <translation>इस खाने में पंजीकरण की हर भाषा में पाठ चाहिए।</translation>
        </message>
        <message>
            <source>This file is no backup of a hub, or it is damaged.</source>
            <translation>यह फ़ाइल हब का बैकअप नहीं है, या क्षतिग्रस्त है।</translation>
        </message>
        <message>
            <source>This file is no exported audit trail.</source>
            <translation>यह फ़ाइल निर्यात किया गया ऑडिट विवरण नहीं है।</translation>
        </message>
        <message>
            <source>This file is no note of a station's machine secret.</source>
            <translation>यह फ़ाइल स्टेशन की मशीन-गुप्त-कुंजी का नोट नहीं है।</translation>
        </message>
        <message>
            <source>This file is no proof of an identity: {part} is missing or has a wrong form.</source>
            <translation>यह फ़ाइल पहचान का प्रमाण नहीं है: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>This finger, eye or face was not captured yet.</source>
            <translation>यह उँगली, आँख या चेहरा अभी नहीं लिया गया।</translation>
        </message>
        <message>
            <source>This folder holds registrations of a station whose station.json is missing. Restore it from a backup, or choose another folder.</source>
            <translation>इस फ़ोल्डर में ऐसे स्टेशन के पंजीकरण हैं जिसकी station.json नहीं है। उसे बैकअप से वापस लाएँ, या दूसरा फ़ोल्डर चुनें।</translation>
        </message>
        <message>
            <source>This is a file: choose the folder the station lies in.</source>
            <translation>यह एक फ़ाइल है: वह फ़ोल्डर चुनें जिसमें स्टेशन है।</translation>
        </message>
        <message>
            <source>This is enough for this registration.</source>
            <translation>यह इस पंजीकरण के लिए पर्याप्त है।</translation>
        </message>
        <message>
            <source>This is kept. It can be taken again; the better of each finger counts.</source>
            <translation>यह रखा गया है। फिर लिया जा सकता है; हर उँगली का बेहतर वाला गिना जाता है।</translation>
        </message>
        <message>
            <source>This is longer than {most} characters. Shorten it.</source>
            <translation>यह {most} अक्षरों से लंबा है। छोटा करें।</translation>
        </message>
        <message>
            <source>This is looked at elsewhere. The answer comes by itself.</source>
            <translation>इसे कहीं और देखा जा रहा है। उत्तर अपने आप आता है।</translation>
        </message>
        <message>
            <source>This is no JSON: it breaks off at line {line}, column {column}.</source>
            <translation>यह JSON नहीं है: पंक्ति {line}, स्तंभ {column} पर टूटता है।</translation>
        </message>
        <message>
            <source>This is no identity number: a digit is wrong or missing. Compare it with the card.</source>
            <translation>यह पहचान संख्या नहीं है: एक अंक ग़लत है या कम है। कार्ड से मिलाएँ।</translation>
        </message>
        <message>
            <source>This is no name for a packet in the store.</source>
            <translation>यह भंडार में पैकेट का नाम नहीं है।</translation>
        </message>
        <message>
            <source>This is no number of a pre-registration: it has 10 to 20 digits.</source>
            <translation>यह पूर्व-पंजीकरण की संख्या नहीं है: उसमें 10 से 20 अंक होते हैं।</translation>
        </message>
        <message>
            <source>This is no scope of MiTrust: {item} is not understood.</source>
            <translation>यह MiTrust का दायरा नहीं है: {item} समझा नहीं जाता।</translation>
        </message>
        <message>
            <source>This is no update for this program, or it was not copied whole. Copy it again.</source>
            <translation>यह इस प्रोग्राम का अपडेट नहीं है, या पूरी तरह कॉपी नहीं हुआ। इसे फिर से कॉपी करें।</translation>
        </message>
        <message>
            <source>This is not a finger you enrolled. Try again, or use your password.</source>
            <translation>यह वह उँगली नहीं है जो आपने दर्ज की। फिर प्रयास करें, या अपना पासवर्ड इस्तेमाल करें।</translation>
        </message>
        <message>
            <source>This is not a language of the registration.</source>
            <translation>यह इस पंजीकरण की भाषा नहीं है।</translation>
        </message>
        <message>
            <source>This is not a phone number. Begin with + and the country, as in +212 600 000000.</source>
            <translation>यह फ़ोन नंबर नहीं है। + और देश से शुरू करें, जैसे +212 600 000000।</translation>
        </message>
        <message>
            <source>This is not a picture of one eye: it is too small or too large.</source>
            <translation>यह एक आँख का चित्र नहीं है: यह बहुत छोटा या बहुत बड़ा है।</translation>
        </message>
        <message>
            <source>This is not a picture of one finger at 500 dpi: it is too small or too large.</source>
            <translation>यह 500 dpi पर एक उँगली का चित्र नहीं है: यह बहुत छोटा या बहुत बड़ा है।</translation>
        </message>
        <message>
            <source>This is not a picture of several fingers at 500 dpi.</source>
            <translation>यह 500 dpi पर कई उँगलियों का चित्र नहीं है।</translation>
        </message>
        <message>
            <source>This is not a registration number: it may hold digits only.</source>
            <translation>यह पंजीकरण संख्या नहीं है: उसमें केवल अंक हो सकते हैं।</translation>
        </message>
        <message>
            <source>This is not a registration number: it must end in a date and a time.</source>
            <translation>यह पंजीकरण संख्या नहीं है: उसके अंत में तारीख़ और समय होना चाहिए।</translation>
        </message>
        <message>
            <source>This is not a registration number: it must have 29 digits.</source>
            <translation>यह पंजीकरण संख्या नहीं है: उसमें 29 अंक होने चाहिए।</translation>
        </message>
        <message>
            <source>This is not all that is asked for here. Fill in every field.</source>
            <translation>यहाँ जो माँगा गया है वह सब नहीं है। हर खाना भरें।</translation>
        </message>
        <message>
            <source>This is not an e-mail address. Correct it.</source>
            <translation>यह ई-मेल पता नहीं है। उसे ठीक करें।</translation>
        </message>
        <message>
            <source>This is not the certificate that slips are checked with. Take slips.pem from the station's folder keys.</source>
            <translation>यह वह प्रमाणपत्र नहीं है जिससे पर्चियाँ जाँची जाती हैं। स्टेशन के keys फ़ोल्डर से slips.pem लें।</translation>
        </message>
        <message>
            <source>This is not the chip of a passport or identity card. Lay the right document on the reader.</source>
            <translation>यह पासपोर्ट या पहचान पत्र की चिप नहीं है। सही दस्तावेज़ रीडर पर रखें।</translation>
        </message>
        <message>
            <source>This is not the kind of record it should be.</source>
            <translation>यह उस प्रकार का रिकॉर्ड नहीं है जैसा होना चाहिए।</translation>
        </message>
        <message>
            <source>This is not the number of a request: it begins with the 29 digits of a registration.</source>
            <translation>यह अनुरोध की संख्या नहीं है: वह पंजीकरण के 29 अंकों से शुरू होती है।</translation>
        </message>
        <message>
            <source>This is not the public key of a machine's TPM; byte {offset} cannot be there.</source>
            <translation>यह किसी मशीन के TPM की सार्वजनिक कुंजी नहीं है; बाइट {offset} वहाँ नहीं हो सकता।</translation>
        </message>
        <message>
            <source>This is not written the way the field needs it.</source>
            <translation>यह वैसे नहीं लिखा है जैसे इस खाने को चाहिए।</translation>
        </message>
        <message>
            <source>This is not yet enough for this registration.</source>
            <translation>यह अभी इस पंजीकरण के लिए पर्याप्त नहीं है।</translation>
        </message>
        <message>
            <source>This is the letter of a pre-registration.</source>
            <translation>यह पूर्व-पंजीकरण का पत्र है।</translation>
        </message>
        <message>
            <source>This is the only administrator. Make somebody else one first, or nobody could undo it.</source>
            <translation>यह अकेले व्यवस्थापक हैं। पहले किसी और को व्यवस्थापक बनाएँ, नहीं तो कोई इसे वापस नहीं कर सकेगा।</translation>
        </message>
        <message>
            <source>This is the other key of the machine: signatures are checked with its signing key, data is encrypted to its encryption key.</source>
            <translation>यह मशीन की दूसरी कुंजी है: हस्ताक्षर उसकी हस्ताक्षर-कुंजी से जाँचे जाते हैं, डेटा उसकी कूटलेखन-कुंजी के लिए कूटबद्ध किया जाता है।</translation>
        </message>
        <message>
            <source>This key does not open the file. Use the key the file was encrypted for.</source>
            <translation>यह कुंजी फ़ाइल नहीं खोलती। वह कुंजी इस्तेमाल करें जिसके लिए फ़ाइल कूटबद्ध की गई थी।</translation>
        </message>
        <message>
            <source>This list of keys</source>
            <translation>कुंजियों की यह सूची</translation>
        </message>
        <message>
            <source>This looks like the other eye. Check that left and right are not swapped.</source>
            <translation>यह दूसरी आँख लगती है। देखें कि बाईं और दाईं बदल न गई हों।</translation>
        </message>
        <message>
            <source>This looks like the other hand. Place the hand that is shown.</source>
            <translation>यह दूसरा हाथ लगता है। वह हाथ रखें जो दिखाया गया है।</translation>
        </message>
        <message>
            <source>This officer marks exceptions in {share} % of {registrations} registrations; all others here in {others} %.</source>
            <translation>यह अधिकारी {registrations} पंजीकरणों में से {share} % में अपवाद दर्ज करता है; यहाँ बाकी सब {others} % में।</translation>
        </message>
        <message>
            <source>This pattern does not work at column {column} ({reason}). The field goes unchecked.</source>
            <translation>यह पैटर्न स्तंभ {column} पर काम नहीं करता ({reason})। खाना बिना जाँच रहता है।</translation>
        </message>
        <message>
            <source>This person gave no token at this station by which records are shared again.</source>
            <translation>इस व्यक्ति ने इस स्टेशन पर ऐसा कोई टोकन नहीं दिया जिससे रिकॉर्ड फिर साझा किए जाएँ।</translation>
        </message>
        <message>
            <source>This person has shown well enough who they are.</source>
            <translation>इस व्यक्ति ने पर्याप्त रूप से दिखा दिया कि वह कौन है।</translation>
        </message>
        <message>
            <source>This picture alone is too large to be sent: {size} kB, and at most {limit} kB can be. Scan it again, or choose a smaller picture.</source>
            <translation>यह चित्र अकेला ही भेजे जाने के लिए बहुत बड़ा है: {size} kB, जबकि अधिक से अधिक {limit} kB हो सकता है। फिर से स्कैन करें, या छोटा चित्र चुनें।</translation>
        </message>
        <message>
            <source>This picture does not fit into the record: fingers and irises are grey, faces are RGB.</source>
            <translation>यह चित्र रिकॉर्ड में नहीं बैठता: उँगलियाँ और आइरिस धूसर होते हैं, चेहरे RGB।</translation>
        </message>
        <message>
            <source>This picture is already as small as it can be and still be read.</source>
            <translation>यह चित्र उतना छोटा है जितने में वह पढ़ा जा सके।</translation>
        </message>
        <message>
            <source>This pre-registration was made with another system ({host}). Fill in the form with the person.</source>
            <translation>यह पूर्व-पंजीकरण दूसरी प्रणाली ({host}) में बना था। फ़ॉर्म व्यक्ति के साथ भरें।</translation>
        </message>
        <message>
            <source>This pre-registration was taken into another registration already. Ask the person about it.</source>
            <translation>यह पूर्व-पंजीकरण पहले ही किसी दूसरे पंजीकरण में लिया जा चुका है। व्यक्ति से इसके बारे में पूछें।</translation>
        </message>
        <message>
            <source>This program was built without the public keys of those who release it, so it cannot check an update. Install the new version as you installed this one.</source>
            <translation>यह प्रोग्राम इसे जारी करने वालों की सार्वजनिक कुंजियों के बिना बना है, इसलिए यह अपडेट की जाँच नहीं कर सकता। नया संस्करण वैसे ही इंस्टॉल करें जैसे यह किया था।</translation>
        </message>
        <message>
            <source>This proof of an identity was changed after it was made: {part} is not what was signed.</source>
            <translation>पहचान का यह प्रमाण बनने के बाद बदला गया: {part} वह नहीं है जिस पर हस्ताक्षर हुए थे।</translation>
        </message>
        <message>
            <source>This proof of an identity was signed with another key than the one it was compared with.</source>
            <translation>पहचान का यह प्रमाण उस कुंजी से अलग कुंजी से हस्ताक्षरित है जिससे इसकी तुलना की गई।</translation>
        </message>
        <message>
            <source>This proof of identity has no step {node}.</source>
            <translation>पहचान के इस प्रमाण में चरण {node} नहीं है।</translation>
        </message>
        <message>
            <source>This proof of identity is over ({status}) and cannot go on.</source>
            <translation>पहचान का यह प्रमाण समाप्त हो चुका है ({status}) और आगे नहीं बढ़ सकता।</translation>
        </message>
        <message>
            <source>This record is not of a finger.</source>
            <translation>यह रिकॉर्ड उँगली का नहीं है।</translation>
        </message>
        <message>
            <source>This record is not of an iris.</source>
            <translation>यह रिकॉर्ड आइरिस का नहीं है।</translation>
        </message>
        <message>
            <source>This registration is finished and cannot be changed any more.</source>
            <translation>यह पंजीकरण पूरा हो चुका है और अब बदला नहीं जा सकता।</translation>
        </message>
        <message>
            <source>This registration number is of another centre.</source>
            <translation>यह पंजीकरण संख्या दूसरे केंद्र की है।</translation>
        </message>
        <message>
            <source>This registration number is of another machine.</source>
            <translation>यह पंजीकरण संख्या दूसरी मशीन की है।</translation>
        </message>
        <message>
            <source>This registration was decided and signed off already.</source>
            <translation>इस पंजीकरण पर निर्णय पहले ही होकर पक्का हो चुका है।</translation>
        </message>
        <message>
            <source>This registration was not compared with others here, or it is too long ago.</source>
            <translation>इस पंजीकरण की यहाँ दूसरों से तुलना नहीं हुई, या यह बहुत पहले की बात है।</translation>
        </message>
        <message>
            <source>This station asks for no proof of identity yet. Open a configuration.</source>
            <translation>यह स्टेशन अभी पहचान का कोई प्रमाण नहीं माँगता। एक कॉन्फ़िगरेशन खोलें।</translation>
        </message>
        <message>
            <source>This station cannot do this step: {type} is not installed.</source>
            <translation>यह स्टेशन यह चरण नहीं कर सकता: {type} स्थापित नहीं है।</translation>
        </message>
        <message>
            <source>This station cannot listen where wallets are to come, by what the proofing configuration says. Tell your administrator.</source>
            <translation>प्रमाण के कॉन्फ़िगरेशन के अनुसार वॉलेट जहाँ आने हैं वहाँ यह स्टेशन सुन नहीं सकता। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>This station does not ask who vouches for its devices.</source>
            <translation>यह स्टेशन नहीं पूछता कि उसके उपकरणों की पुष्टि कौन करता है।</translation>
        </message>
        <message>
            <source>This station does not know the authority that issued the document: nothing shows who signed the chip.</source>
            <translation>यह स्टेशन दस्तावेज़ जारी करने वाले प्राधिकरण को नहीं जानता: कुछ नहीं दिखाता कि चिप पर किसने हस्ताक्षर किए।</translation>
        </message>
        <message>
            <source>This station does not know the language {language}.</source>
            <translation>यह स्टेशन भाषा {language} नहीं जानता।</translation>
        </message>
        <message>
            <source>This station does not know the person's authenticator. Take another way.</source>
            <translation>यह स्टेशन व्यक्ति के ऑथेंटिकेटर को नहीं जानता। दूसरा तरीका चुनें।</translation>
        </message>
        <message>
            <source>This station does not know the scanner's certificate and sends it nothing. Ask your administrator.</source>
            <translation>यह स्टेशन स्कैनर का प्रमाणपत्र नहीं जानता और उसे कुछ नहीं भेजता। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>This station has no form for the process {process}. Ask your administrator.</source>
            <translation>इस स्टेशन के पास प्रक्रिया {process} का फ़ॉर्म नहीं है। अपने व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>This station has no packet with that number.</source>
            <translation>इस स्टेशन पर इस संख्या का कोई पैकेट नहीं है।</translation>
        </message>
        <message>
            <source>This station has no registration with that number.</source>
            <translation>इस स्टेशन पर इस संख्या का कोई पंजीकरण नहीं है।</translation>
        </message>
        <message>
            <source>This station has no server address. Packets stay in the outbox until it has one.</source>
            <translation>इस स्टेशन के पास सर्वर का पता नहीं है। जब तक पता न मिले, पैकेट आउटबॉक्स में रहेंगे।</translation>
        </message>
        <message>
            <source>This station is for training with invented people: nothing leaves this computer.</source>
            <translation>यह स्टेशन काल्पनिक लोगों के साथ अभ्यास के लिए है: इस कंप्यूटर से कुछ बाहर नहीं जाता।</translation>
        </message>
        <message>
            <source>This station keeps no token for shared records of that number.</source>
            <translation>इस स्टेशन पर इस संख्या का साझा रिकॉर्ड का कोई टोकन नहीं रखा है।</translation>
        </message>
        <message>
            <source>This station knows no process {process}. Known are {known}; others are left out.</source>
            <translation>यह स्टेशन प्रक्रिया {process} नहीं जानता। ज्ञात हैं {known}; बाकी छोड़े जाते हैं।</translation>
        </message>
        <message>
            <source>This station knows no proof of identity with that number.</source>
            <translation>यह स्टेशन इस संख्या का पहचान का कोई प्रमाण नहीं जानता।</translation>
        </message>
        <message>
            <source>This station knows nobody who issues credentials to wallets. Synchronise it, or tell your administrator.</source>
            <translation>यह स्टेशन किसी को नहीं जानता जो वॉलेट को क्रेडेंशियल जारी करता हो। सिंक करें, या अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>This station opens with a password and the keyring of your account at this computer.</source>
            <translation>यह स्टेशन पासवर्ड और इस कंप्यूटर पर आपके खाते के कुंजी-भंडार से खुलता है।</translation>
        </message>
        <message>
            <source>This station opens with a password on this computer only: its TPM holds a part of the key.</source>
            <translation>यह स्टेशन पासवर्ड से केवल इसी कंप्यूटर पर खुलता है: कुंजी का एक भाग इसके TPM में है।</translation>
        </message>
        <message>
            <source>This station was set up or changed by a newer version of Muster. Update the program.</source>
            <translation>यह स्टेशन Muster के किसी नए संस्करण ने सेट किया या बदला है। प्रोग्राम अद्यतन करें।</translation>
        </message>
        <message>
            <source>This step did not succeed.</source>
            <translation>यह चरण सफल नहीं हुआ।</translation>
        </message>
        <message>
            <source>This step found an identifier that may not be used here without a legal basis.</source>
            <translation>इस चरण को ऐसी पहचान संख्या मिली जो कानूनी आधार के बिना यहाँ उपयोग नहीं हो सकती।</translation>
        </message>
        <message>
            <source>This step is answered at once and waits for nothing.</source>
            <translation>इस चरण का उत्तर तुरंत मिलता है और यह किसी की प्रतीक्षा नहीं करता।</translation>
        </message>
        <message>
            <source>This step needs a network, and may not wait for one.</source>
            <translation>इस चरण को नेटवर्क चाहिए, और यह उसकी प्रतीक्षा नहीं कर सकता।</translation>
        </message>
        <message>
            <source>This step needs a network. It waits: go on with it when there is one.</source>
            <translation>इस चरण को नेटवर्क चाहिए। यह प्रतीक्षा करता है: नेटवर्क मिलने पर आगे बढ़ें।</translation>
        </message>
        <message>
            <source>This step waits for MiTrust and for nothing else.</source>
            <translation>यह चरण MiTrust की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step waits for a code and for nothing else.</source>
            <translation>यह चरण एक कोड की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step waits for a document and for nothing else.</source>
            <translation>यह चरण एक दस्तावेज़ की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step waits for a form and for nothing else.</source>
            <translation>यह चरण एक फ़ॉर्म की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step waits for a wallet and for nothing else.</source>
            <translation>यह चरण एक वॉलेट की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step waits for the browser and for nothing else.</source>
            <translation>यह चरण ब्राउज़र की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step waits for the person and for nothing else.</source>
            <translation>यह चरण व्यक्ति की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step waits for the service's answer and for nothing else.</source>
            <translation>यह चरण सेवा के उत्तर की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step waits for the sign-in and for nothing else.</source>
            <translation>यह चरण साइन-इन की प्रतीक्षा करता है और किसी और चीज़ की नहीं।</translation>
        </message>
        <message>
            <source>This step was tried too often.</source>
            <translation>यह चरण बहुत बार आज़माया गया।</translation>
        </message>
        <message>
            <source>This token cannot be renewed any more: its two years are over. The person has to share the records anew.</source>
            <translation>इस टोकन का अब नवीनीकरण नहीं हो सकता: इसके दो वर्ष पूरे हो गए। व्यक्ति को रिकॉर्ड फिर साझा करने होंगे।</translation>
        </message>
        <message>
            <source>This update has nothing for a computer of this kind ({kind}).</source>
            <translation>इस अपडेट में इस प्रकार के कंप्यूटर ({kind}) के लिए कुछ नहीं है।</translation>
        </message>
        <message>
            <source>This update is not signed by enough of the people who may release this program. Do not install it.</source>
            <translation>इस अपडेट पर इस प्रोग्राम को जारी करने के अधिकृत पर्याप्त लोगों के हस्ताक्षर नहीं हैं। इसे इंस्टॉल न करें।</translation>
        </message>
        <message>
            <source>This update is older than one that this computer already knows. Ask for the newest.</source>
            <translation>यह अपडेट उस अपडेट से पुराना है जिसे यह कंप्यूटर पहले से जानता है। सबसे नया माँगें।</translation>
        </message>
        <message>
            <source>This update was made on {made}, and the clock of this computer says {now}. Set the clock and try again.</source>
            <translation>यह अपडेट {made} को बना था, और इस कंप्यूटर की घड़ी {now} बताती है। घड़ी ठीक करें और फिर से प्रयास करें।</translation>
        </message>
        <message>
            <source>This was begun and interrupted. Begin it once more.</source>
            <translation>यह शुरू हुआ और बीच में रुक गया। एक बार फिर शुरू करें।</translation>
        </message>
        <message>
            <source>This was not asked for.</source>
            <translation>यह नहीं माँगा गया था।</translation>
        </message>
        <message>
            <source>This way of proving who somebody is is switched off.</source>
            <translation>पहचान सिद्ध करने का यह तरीका बंद है।</translation>
        </message>
        <message>
            <source>This way of proving who somebody is may not be used in {territory}.</source>
            <translation>पहचान सिद्ध करने का यह तरीका {territory} में उपयोग नहीं हो सकता।</translation>
        </message>
        <message>
            <source>This will be too large to be sent: about {expected} kB, and at most {limit} kB can be. Make the documents smaller or leave one out.</source>
            <translation>यह भेजे जाने के लिए बहुत बड़ा होगा: लगभग {expected} kB, जबकि अधिक से अधिक {limit} kB हो सकता है। दस्तावेज़ छोटे करें या एक छोड़ दें।</translation>
        </message>
        <message>
            <source>This {kind} is made for authentication and cannot register people. Use another one.</source>
            <translation>यह {kind} प्रमाणीकरण के लिए बना है और लोगों का पंजीकरण नहीं कर सकता। दूसरा इस्तेमाल करें।</translation>
        </message>
        <message>
            <source>This {kind} is too small to register people. It serves signing in and checks; connect a larger one.</source>
            <translation>यह {kind} लोगों के पंजीकरण के लिए बहुत छोटा है। यह साइन-इन और जाँच के काम आता है; एक बड़ा लगाएँ।</translation>
        </message>
        <message>
            <source>Thumbs</source>
            <translation>अँगूठे</translation>
        </message>
        <message>
            <source>Tidying up failed</source>
            <translation>सफ़ाई विफल हुई</translation>
        </message>
        <message>
            <source>Time for a proof of identity over</source>
            <translation>पहचान के प्रमाण का समय समाप्त</translation>
        </message>
        <message>
            <source>Time for each step</source>
            <translation>हर चरण का समय</translation>
        </message>
        <message>
            <source>Time left: {days} days</source>
            <translation>शेष समय: {days} दिन</translation>
        </message>
        <message>
            <source>Time left: {hours} h</source>
            <translation>शेष समय: {hours} घंटे</translation>
        </message>
        <message>
            <source>Time left: {minutes} min</source>
            <translation>शेष समय: {minutes} मिनट</translation>
        </message>
        <message>
            <source>Time left: {seconds} s</source>
            <translation>शेष समय: {seconds} सेकंड</translation>
        </message>
        <message>
            <source>Time runs out</source>
            <translation>समय समाप्त होता है</translation>
        </message>
        <message>
            <source>Times</source>
            <translation>बार</translation>
        </message>
        <message>
            <source>To be</source>
            <translation>नया</translation>
        </message>
        <message>
            <source>To sign in with elsewhere</source>
            <translation>कहीं और साइन इन करने के लिए</translation>
        </message>
        <message>
            <source>To what comes next; with Shift to what was before</source>
            <translation>अगली चीज़ पर; Shift के साथ पिछली पर</translation>
        </message>
        <message>
            <source>Token for sharing records again kept</source>
            <translation>रिकॉर्ड फिर साझा करने का टोकन रखा गया</translation>
        </message>
        <message>
            <source>Token for sharing records could not be renewed</source>
            <translation>रिकॉर्ड साझा करने के टोकन का नवीनीकरण नहीं हो सका</translation>
        </message>
        <message>
            <source>Token for sharing records destroyed</source>
            <translation>रिकॉर्ड साझा करने का टोकन नष्ट किया गया</translation>
        </message>
        <message>
            <source>Token for sharing records renewed</source>
            <translation>रिकॉर्ड साझा करने के टोकन का नवीनीकरण हुआ</translation>
        </message>
        <message>
            <source>Token of</source>
            <translation>किसका टोकन</translation>
        </message>
        <message>
            <source>Told by</source>
            <translation>स्रोत</translation>
        </message>
        <message>
            <source>Too few features are seen in the print. Clean the finger and the glass and take it again.</source>
            <translation>छाप में बहुत कम लक्षण दिखते हैं। उँगली और काँच साफ़ करें और फिर से लें।</translation>
        </message>
        <message>
            <source>Too few of the pictures show a face.</source>
            <translation>बहुत कम चित्रों में चेहरा है।</translation>
        </message>
        <message>
            <source>Too few people did enough of it in these days for the team's to stand beside yours.</source>
            <translation>इन दिनों में बहुत कम लोगों ने यह पर्याप्त किया है, इसलिए आपके आँकड़ों के साथ टीम के आँकड़े नहीं दिखाए जा सकते।</translation>
        </message>
        <message>
            <source>Too few pictures were taken to judge this.</source>
            <translation>यह जाँचने के लिए बहुत कम चित्र लिए गए।</translation>
        </message>
        <message>
            <source>Too little of the background is in the picture to be judged.</source>
            <translation>जाँचने के लिए चित्र में पृष्ठभूमि बहुत कम है।</translation>
        </message>
        <message>
            <source>Too little of the two irises is seen to compare them.</source>
            <translation>तुलना के लिए दोनों आइरिस बहुत कम दिखते हैं।</translation>
        </message>
        <message>
            <source>Too little was captured in these days to compare devices and officers.</source>
            <translation>इन दिनों में इतना कम लिया गया कि उपकरणों और अधिकारियों की तुलना नहीं हो सकती।</translation>
        </message>
        <message>
            <source>Too little was done in these days for this to mean much.</source>
            <translation>इन दिनों में इतना कम हुआ कि इसका कोई ख़ास अर्थ नहीं।</translation>
        </message>
        <message>
            <source>Too many stations wait to be let in. Ask again later, or tell the hub's administrator.</source>
            <translation>बहुत अधिक स्टेशन प्रवेश की प्रतीक्षा में हैं। बाद में फिर पूछें, या हब के प्रशासक को बताएँ।</translation>
        </message>
        <message>
            <source>Touch the fingerprint reader</source>
            <translation>फ़िंगरप्रिंट रीडर को छुएँ</translation>
        </message>
        <message>
            <source>Touch the fingerprint reader.</source>
            <translation>फ़िंगरप्रिंट रीडर को छुएँ।</translation>
        </message>
        <message>
            <source>Trail</source>
            <translation>ऑडिट शृंखला</translation>
        </message>
        <message>
            <source>Trail exported for checking elsewhere</source>
            <translation>ऑडिट शृंखला कहीं और जाँचने के लिए निर्यात हुई</translation>
        </message>
        <message>
            <source>Trail searched</source>
            <translation>ऑडिट शृंखला में खोजा गया</translation>
        </message>
        <message>
            <source>Trail up to here signed by the machine key</source>
            <translation>यहाँ तक की ऑडिट शृंखला पर मशीन की कुंजी के हस्ताक्षर हुए</translation>
        </message>
        <message>
            <source>Training: nothing is sent to a real server</source>
            <translation>अभ्यास: असली सर्वर को कुछ नहीं भेजा जाता</translation>
        </message>
        <message>
            <source>Trigger {trigger} names a process that does not exist: {process}. There are: {processes}.</source>
            <translation>ट्रिगर {trigger} ऐसी प्रक्रिया का नाम लेता है जो नहीं है: {process}। ये हैं: {processes}।</translation>
        </message>
        <message>
            <source>Try on what was before</source>
            <translation>पहले के रिकॉर्ड पर आज़माएँ</translation>
        </message>
        <message>
            <source>Try with this picture</source>
            <translation>इस चित्र से प्रयास करें</translation>
        </message>
        <message>
            <source>Turn a little to the left.</source>
            <translation>थोड़ा बाईं ओर मुड़ें।</translation>
        </message>
        <message>
            <source>Turn a little to the right.</source>
            <translation>थोड़ा दाईं ओर मुड़ें।</translation>
        </message>
        <message>
            <source>Turn your head slowly to the left, then back to the camera.</source>
            <translation>सिर धीरे से बाईं ओर घुमाएँ, फिर वापस कैमरे की ओर।</translation>
        </message>
        <message>
            <source>Turn your head slowly to the right, then back to the camera.</source>
            <translation>सिर धीरे से दाईं ओर घुमाएँ, फिर वापस कैमरे की ओर।</translation>
        </message>
        <message>
            <source>Two drivers, {first} and {second}, claim one and the same {kind}. Neither is used: ask your administrator to leave one of them out.</source>
            <translation>दो ड्राइवर, {first} और {second}, एक ही {kind} को अपना बताते हैं। कोई इस्तेमाल नहीं होता: अपने व्यवस्थापक से उनमें से एक हटाने को कहें।</translation>
        </message>
        <message>
            <source>Two samples in the biometric file have the same index.</source>
            <translation>बायोमेट्रिक फ़ाइल के दो नमूनों का सूचकांक एक ही है।</translation>
        </message>
        <message>
            <source>Two screens have the order {order}: give each its own.</source>
            <translation>दो स्क्रीनों का क्रम {order} है: हर एक को अपना दें।</translation>
        </message>
        <message>
            <source>Two services say that they are the {kind} {serial} (ports {first} and {second}). Stop one of them.</source>
            <translation>दो सेवाएँ कहती हैं कि वे {kind} {serial} हैं (पोर्ट {first} और {second})। उनमें से एक बंद करें।</translation>
        </message>
        <message>
            <source>Two steps have the same name: {node}.</source>
            <translation>दो चरणों का एक ही नाम है: {node}।</translation>
        </message>
        <message>
            <source>Type its beginning</source>
            <translation>शुरुआत टाइप करें</translation>
        </message>
        <message>
            <source>Type the beginning of a place; Enter takes the first one found.</source>
            <translation>जगह की शुरुआत टाइप करें; Enter पहली मिली जगह लेता है।</translation>
        </message>
        <message>
            <source>Type the name. Enter leads to the next empty field, Ctrl+Enter goes on.</source>
            <translation>नाम लिखें। Enter अगले खाली खाने में ले जाता है, Ctrl+Enter आगे बढ़ाता है।</translation>
        </message>
        <message>
            <source>Type the number from the card (to practise, {number}). Then press what is to be changed.</source>
            <translation>कार्ड से संख्या लिखें (अभ्यास के लिए {number})। फिर दबाएँ कि क्या बदलना है।</translation>
        </message>
        <message>
            <source>Type the number from the card. Then press what is to be changed.</source>
            <translation>कार्ड पर लिखी संख्या टाइप करें। फिर जो बदलना है उसे दबाएँ।</translation>
        </message>
        <message>
            <source>Type the number from the person's card, then press what is to be changed, or fill in only that.</source>
            <translation>व्यक्ति के कार्ड से संख्या टाइप करें, फिर जो बदलना है उसे दबाएँ, या केवल वही भरें।</translation>
        </message>
        <message>
            <source>Undo all</source>
            <translation>सब वापस लें</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>खोलें</translation>
        </message>
        <message>
            <source>Use at this station</source>
            <translation>इस स्टेशन पर इस्तेमाल करें</translation>
        </message>
        <message>
            <source>Use case</source>
            <translation>उपयोग-मामला</translation>
        </message>
        <message>
            <source>User name</source>
            <translation>उपयोगकर्ता नाम</translation>
        </message>
        <message>
            <source>User name or password is wrong. Check both and try again.</source>
            <translation>उपयोगकर्ता नाम या पासवर्ड ग़लत है। दोनों जाँचें और फिर प्रयास करें।</translation>
        </message>
        <message>
            <source>Usual size</source>
            <translation>सामान्य आकार</translation>
        </message>
        <message>
            <source>Validators of the type {kind} are not checked here; use a regex.</source>
            <translation>प्रकार {kind} के नियम यहाँ जाँचे नहीं जाते; regex इस्तेमाल करें।</translation>
        </message>
        <message>
            <source>Validity</source>
            <translation>वैधता</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>संस्करण</translation>
        </message>
        <message>
            <source>Version {number} is signed. Whoever signs in from {time} on works by it.</source>
            <translation>संस्करण {number} पर हस्ताक्षर हो गए। {time} से जो साइन इन करे वह इसके अनुसार काम करता है।</translation>
        </message>
        <message>
            <source>Version {version} does not start on this computer. Nothing was changed; tell those who released it.</source>
            <translation>संस्करण {version} इस कंप्यूटर पर शुरू नहीं होता। कुछ भी नहीं बदला गया; इसे जारी करने वालों को बताएँ।</translation>
        </message>
        <message>
            <source>Version {version} is not newer than version {running}, which runs here. Nothing was changed.</source>
            <translation>संस्करण {version} यहाँ चल रहे संस्करण {running} से नया नहीं है। कुछ भी नहीं बदला गया।</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>संस्करण सूची</translation>
        </message>
        <message>
            <source>Versions of the settings, the newest first</source>
            <translation>सेटिंग के संस्करण, सबसे नया पहले</translation>
        </message>
        <message>
            <source>View</source>
            <translation>दृश्य</translation>
        </message>
        <message>
            <source>Visa</source>
            <translation>वीज़ा</translation>
        </message>
        <message>
            <source>Was</source>
            <translation>था</translation>
        </message>
        <message>
            <source>Was not kept</source>
            <translation>नहीं रखा गया</translation>
        </message>
        <message>
            <source>Was told</source>
            <translation>बता दिया गया</translation>
        </message>
        <message>
            <source>Week from</source>
            <translation>सप्ताह, शुरू</translation>
        </message>
        <message>
            <source>Weight from which a supervisor has to look</source>
            <translation>भार जिससे पर्यवेक्षक को देखना होता है</translation>
        </message>
        <message>
            <source>Weight of a sign</source>
            <translation>संकेत का भार</translation>
        </message>
        <message>
            <source>Weights of the signs</source>
            <translation>संकेतों के भार</translation>
        </message>
        <message>
            <source>Welcome, {name}</source>
            <translation>स्वागत है, {name}</translation>
        </message>
        <message>
            <source>Went wrong</source>
            <translation>गड़बड़ी</translation>
        </message>
        <message>
            <source>What</source>
            <translation>क्या</translation>
        </message>
        <message>
            <source>What a device says about itself in the biometric file is not signed by a device.</source>
            <translation>बायोमेट्रिक फ़ाइल में उपकरण अपने बारे में जो कहता है उस पर किसी उपकरण के हस्ताक्षर नहीं हैं।</translation>
        </message>
        <message>
            <source>What a device says about itself in the biometric file is signed with another certificate than its capture.</source>
            <translation>बायोमेट्रिक फ़ाइल में उपकरण अपने बारे में जो कहता है उस पर उसके कैप्चर से अलग प्रमाणपत्र से हस्ताक्षर हैं।</translation>
        </message>
        <message>
            <source>What a document says is filled in at once</source>
            <translation>दस्तावेज़ जो कहता है वह तुरंत भरा जाता है</translation>
        </message>
        <message>
            <source>What a search found was shown to a supervisor</source>
            <translation>खोज में जो मिला वह पर्यवेक्षक को दिखाया गया</translation>
        </message>
        <message>
            <source>What all verified pieces say</source>
            <translation>सभी सत्यापित अंश क्या कहते हैं</translation>
        </message>
        <message>
            <source>What answered is not the registration server. Check the address and the network.</source>
            <translation>जिसने उत्तर दिया वह पंजीकरण सर्वर नहीं है। पता और नेटवर्क जाँचें।</translation>
        </message>
        <message>
            <source>What came of telling a person to come again</source>
            <translation>व्यक्ति को फिर बुलाने का क्या हुआ</translation>
        </message>
        <message>
            <source>What does the person begin with?</source>
            <translation>व्यक्ति किससे शुरू करता है?</translation>
        </message>
        <message>
            <source>What happened</source>
            <translation>क्या हुआ</translation>
        </message>
        <message>
            <source>What happened to a registration was shown</source>
            <translation>पंजीकरण के साथ क्या हुआ, यह दिखाया गया</translation>
        </message>
        <message>
            <source>What happened to registration {number}</source>
            <translation>पंजीकरण {number} के साथ क्या हुआ</translation>
        </message>
        <message>
            <source>What happened to this registration</source>
            <translation>इस पंजीकरण के साथ क्या हुआ</translation>
        </message>
        <message>
            <source>What is asked of a face to be taken for a living one</source>
            <translation>चेहरे को जीवित मानने के लिए क्या माँगा जाता है</translation>
        </message>
        <message>
            <source>What is open is kept. {name} can go on with it.</source>
            <translation>जो खुला है वह सुरक्षित है। {name} उसे आगे बढ़ा सकते हैं।</translation>
        </message>
        <message>
            <source>What is to be changed?</source>
            <translation>क्या बदलना है?</translation>
        </message>
        <message>
            <source>What is told of a registration was changed or is missing. It was not taken.</source>
            <translation>पंजीकरण के बारे में बताई गई बात बदली गई या नहीं है। उसे नहीं लिया गया।</translation>
        </message>
        <message>
            <source>What it is about</source>
            <translation>किस बारे में है</translation>
        </message>
        <message>
            <source>What judges fingers and eyes was started anew. It looks at this capture again at the check.</source>
            <translation>उँगलियों और आँखों को परखने वाला भाग फिर से शुरू किया गया। ‘जाँचें’ पर इस कैप्चर को फिर देखा जाएगा।</translation>
        </message>
        <message>
            <source>What proved who this person is was destroyed here with the rest of the registration, after it was delivered or given up.</source>
            <translation>इस व्यक्ति की पहचान जिससे सिद्ध हुई थी, वह पंजीकरण भेजे जाने या छोड़े जाने के बाद बाकी सामग्री के साथ यहाँ नष्ट कर दिया गया।</translation>
        </message>
        <message>
            <source>What providers said</source>
            <translation>प्रदाताओं ने क्या कहा</translation>
        </message>
        <message>
            <source>What providers said shown to a supervisor</source>
            <translation>प्रदाताओं ने जो कहा वह पर्यवेक्षक को दिखाया गया</translation>
        </message>
        <message>
            <source>What the biometric file says of how a sample was captured has a wrong form.</source>
            <translation>बायोमेट्रिक फ़ाइल नमूने के लिए जाने के ढंग के बारे में जो कहती है उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>What the browser brought back belongs to an attempt that is over. Go on where the step stands.</source>
            <translation>ब्राउज़र जो वापस लाया वह समाप्त हो चुके प्रयास का है। वहाँ से आगे बढ़ें जहाँ चरण है।</translation>
        </message>
        <message>
            <source>What the browser brought back belongs to another step, or to another attempt.</source>
            <translation>ब्राउज़र जो वापस लाया वह दूसरे चरण या दूसरे प्रयास का है।</translation>
        </message>
        <message>
            <source>What the browser brought back cannot be read. Begin this step again.</source>
            <translation>ब्राउज़र जो वापस लाया वह पढ़ा नहीं जा सकता। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>What the chip answered was changed on the way, or this is not the chip that it says it is. Take the document off the reader and start again.</source>
            <translation>चिप का उत्तर रास्ते में बदला गया, या यह वह चिप नहीं है जो वह अपने को बताती है। दस्तावेज़ को रीडर से उठाएँ और फिर शुरू करें।</translation>
        </message>
        <message>
            <source>What the chip said before it was opened is not what the issuer signed. Somebody may listen in.</source>
            <translation>खोले जाने से पहले चिप ने जो कहा वह वह नहीं है जिस पर जारीकर्ता ने हस्ताक्षर किए। शायद कोई बीच में सुन रहा है।</translation>
        </message>
        <message>
            <source>What the identity provider gave to ask with does not belong to this sign-in. Tell your administrator.</source>
            <translation>पहचान प्रदाता ने पूछने के लिए जो दिया, वह इस साइन-इन का नहीं है। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>What the person saw has changed since. Show it again and let the person answer.</source>
            <translation>व्यक्ति ने जो देखा वह तब से बदल गया है। फिर दिखाएँ और व्यक्ति को उत्तर देने दें।</translation>
        </message>
        <message>
            <source>What the server said was kept, as a new version</source>
            <translation>सर्वर ने जो कहा वह नए संस्करण के रूप में रखा गया</translation>
        </message>
        <message>
            <source>What the server sent cannot be opened with this station's key. Have the one in its folder 'keys' registered there.</source>
            <translation>सर्वर ने जो भेजा वह इस स्टेशन की कुंजी से नहीं खुलता। इसके 'keys' फ़ोल्डर वाली कुंजी वहाँ दर्ज कराएँ।</translation>
        </message>
        <message>
            <source>What the server sent for this station cannot be read: {part} is missing or has a wrong form.</source>
            <translation>सर्वर ने इस स्टेशन के लिए जो भेजा वह पढ़ा नहीं जा सकता: {part} नहीं है या उसका रूप ग़लत है।</translation>
        </message>
        <message>
            <source>What the server sent, the newest first</source>
            <translation>सर्वर ने जो भेजा, सबसे नया पहले</translation>
        </message>
        <message>
            <source>What the wallet sent belongs to another step, or to another attempt.</source>
            <translation>वॉलेट ने जो भेजा वह दूसरे चरण या दूसरे प्रयास का है।</translation>
        </message>
        <message>
            <source>What the wallet sent cannot be read, or was not meant for this station.</source>
            <translation>वॉलेट ने जो भेजा वह पढ़ा नहीं जा सकता, या इस स्टेशन के लिए नहीं था।</translation>
        </message>
        <message>
            <source>What the wallet showed was made for another question than this one.</source>
            <translation>वॉलेट ने जो दिखाया वह इस प्रश्न के लिए नहीं, किसी दूसरे के लिए बना था।</translation>
        </message>
        <message>
            <source>What the wallet showed was made for somebody else.</source>
            <translation>वॉलेट ने जो दिखाया वह किसी और के लिए बना था।</translation>
        </message>
        <message>
            <source>What the wallet showed was not made just now. Check this computer's clock and the telephone's.</source>
            <translation>वॉलेट ने जो दिखाया वह अभी-अभी नहीं बना। इस कंप्यूटर और फ़ोन की घड़ियाँ जाँचें।</translation>
        </message>
        <message>
            <source>What the {kind} sees is the wrong way round. Place it again.</source>
            <translation>{kind} जो देखता है वह उलटा है। फिर से रखें।</translation>
        </message>
        <message>
            <source>What this station knows about sending messages cannot be used. Tell your administrator.</source>
            <translation>संदेश भेजने के बारे में यह स्टेशन जो जानता है वह उपयोग नहीं हो सकता। अपने व्यवस्थापक को बताएँ।</translation>
        </message>
        <message>
            <source>What this version changed</source>
            <translation>इस संस्करण ने क्या बदला</translation>
        </message>
        <message>
            <source>What to do on each page, for learning</source>
            <translation>सीखने के लिए: हर पृष्ठ पर क्या करना है</translation>
        </message>
        <message>
            <source>What was captured of the person who brings the child is not enough. Go back and capture what is missing.</source>
            <translation>बच्चे को लाने वाले का जितना लिया गया वह काफ़ी नहीं है। वापस जाएँ और जो कम है वह लें।</translation>
        </message>
        <message>
            <source>What was remembered of the code cannot be read. Have another one sent.</source>
            <translation>कोड के बारे में जो याद रखा गया था वह पढ़ा नहीं जा सकता। दूसरा भिजवाएँ।</translation>
        </message>
        <message>
            <source>What was remembered of the question to the wallet cannot be read. Begin this step again.</source>
            <translation>वॉलेट से पूछे गए प्रश्न के बारे में जो याद रखा गया था वह पढ़ा नहीं जा सकता। यह चरण फिर से शुरू करें।</translation>
        </message>
        <message>
            <source>What was said about the center's gallery cannot be read: {part} is missing or wrong.</source>
            <translation>केंद्र की गैलरी के बारे में जो कहा गया वह पढ़ा नहीं जा सकता: {part} नहीं है या गलत है।</translation>
        </message>
        <message>
            <source>What was shown does not belong together. Ask your supervisor.</source>
            <translation>जो दिखाया गया वह एक साथ का नहीं है। अपने पर्यवेक्षक से पूछें।</translation>
        </message>
        <message>
            <source>What was typed</source>
            <translation>जो टाइप किया गया</translation>
        </message>
        <message>
            <source>What would be otherwise</source>
            <translation>क्या अलग होता</translation>
        </message>
        <message>
            <source>What would have gone otherwise</source>
            <translation>क्या अलग होता</translation>
        </message>
        <message>
            <source>What would raise it:</source>
            <translation>इसे क्या बढ़ाएगा:</translation>
        </message>
        <message>
            <source>What you give us here is sent to those who can confirm it.</source>
            <translation>आप यहाँ जो देते हैं वह उन्हें भेजा जाता है जो उसकी पुष्टि कर सकते हैं।</translation>
        </message>
        <message>
            <source>When</source>
            <translation>कब</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>कहाँ</translation>
        </message>
        <message>
            <source>Where from</source>
            <translation>कहाँ से</translation>
        </message>
        <message>
            <source>Where the eyes look cannot be told in this picture.</source>
            <translation>इस चित्र में यह नहीं कहा जा सकता कि आँखें कहाँ देखती हैं।</translation>
        </message>
        <message>
            <source>Whether the issuer has revoked what signed this chip cannot be told: there is no current list.</source>
            <translation>यह नहीं कहा जा सकता कि जारीकर्ता ने इस चिप पर हस्ताक्षर करने वाले को रद्द किया है या नहीं: ताज़ा सूची नहीं है।</translation>
        </message>
        <message>
            <source>Which figure</source>
            <translation>कौन-सा आँकड़ा</translation>
        </message>
        <message>
            <source>Which settings</source>
            <translation>कौन सी सेटिंग</translation>
        </message>
        <message>
            <source>Which way does the person choose?</source>
            <translation>व्यक्ति कौन सा तरीका चुनता है?</translation>
        </message>
        <message>
            <source>Which years?</source>
            <translation>कौन से वर्ष?</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>कौन</translation>
        </message>
        <message>
            <source>Who is this?</source>
            <translation>यह कौन हैं?</translation>
        </message>
        <message>
            <source>Whoever introduced the person looks like the officer at the desk.</source>
            <translation>जिसने व्यक्ति का परिचय दिया वह डेस्क के अधिकारी जैसा दिखता है।</translation>
        </message>
        <message>
            <source>Whoever is new adds finger and face after signing in, under “My sign-in”.</source>
            <translation>जो नए हैं वे साइन इन करने के बाद “मेरा साइन-इन” में उँगली और चेहरा जोड़ें।</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>क्यों</translation>
        </message>
        <message>
            <source>Why is it rejected?</source>
            <translation>क्यों अस्वीकार किया जाता है?</translation>
        </message>
        <message>
            <source>Why is it sent back?</source>
            <translation>क्यों वापस भेजा जाता है?</translation>
        </message>
        <message>
            <source>Why is the best there is kept?</source>
            <translation>जो सबसे अच्छा है उसे क्यों रखा जाता है?</translation>
        </message>
        <message>
            <source>Why it stays</source>
            <translation>यह क्यों रहे</translation>
        </message>
        <message>
            <source>Why this proof is ended; nothing about the person</source>
            <translation>यह प्रमाण क्यों समाप्त किया जाता है; व्यक्ति के बारे में कुछ नहीं</translation>
        </message>
        <message>
            <source>Why, in a few words</source>
            <translation>क्यों, कुछ शब्दों में</translation>
        </message>
        <message>
            <source>Why? Nothing about the person.</source>
            <translation>क्यों? व्यक्ति के बारे में कुछ नहीं।</translation>
        </message>
        <message>
            <source>With a finger you unlock the screen and sign with one touch. Face and fingers are kept sealed at this station; the face is also compared with everybody who is registered here.</source>
            <translation>उँगली से आप एक स्पर्श में स्क्रीन खोलते और हस्ताक्षर करते हैं। चेहरा और उँगलियाँ इस स्टेशन पर सीलबंद रखी जाती हैं; चेहरे की तुलना यहाँ पंजीकृत हर व्यक्ति से भी होती है।</translation>
        </message>
        <message>
            <source>With faces alike</source>
            <translation>मिलते-जुलते चेहरों वाले</translation>
        </message>
        <message>
            <source>Without hints</source>
            <translation>संकेत बंद करें</translation>
        </message>
        <message>
            <source>Words, a registration's number, or a person's name</source>
            <translation>शब्द, पंजीकरण की संख्या, या व्यक्ति का नाम</translation>
        </message>
        <message>
            <source>Worn or damaged ridges</source>
            <translation>घिसी या क्षतिग्रस्त रेखाएँ</translation>
        </message>
        <message>
            <source>Worth</source>
            <translation>मूल्य</translation>
        </message>
        <message>
            <source>Write a machine as CENTER_MACHINE=FILE, with a public key file that can be read.</source>
            <translation>मशीन को CENTER_MACHINE=FILE के रूप में लिखें, पढ़ी जा सकने वाली सार्वजनिक कुंजी फ़ाइल के साथ।</translation>
        </message>
        <message>
            <source>Write a name, an equals sign and a value: {pair}.</source>
            <translation>एक नाम, बराबर का चिह्न और एक मान लिखें: {pair}।</translation>
        </message>
        <message>
            <source>Write a report</source>
            <translation>रिपोर्ट लिखें</translation>
        </message>
        <message>
            <source>Write a user as NAME=FILE, with a file that holds the password on its first line.</source>
            <translation>उपयोगकर्ता को NAME=FILE के रूप में लिखें, ऐसी फ़ाइल के साथ जिसकी पहली पंक्ति में पासवर्ड हो।</translation>
        </message>
        <message>
            <source>Write differently</source>
            <translation>अलग तरह से लिखें</translation>
        </message>
        <message>
            <source>Write figures</source>
            <translation>आँकड़े लिखें</translation>
        </message>
        <message>
            <source>Write the date as year/month/day, for example 1990/05/31.</source>
            <translation>तारीख़ वर्ष/माह/दिन के रूप में लिखें, जैसे 1990/05/31।</translation>
        </message>
        <message>
            <source>Write the hub's database as sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.</source>
            <translation>हब का डेटाबेस sqlite:///FILE या postgresql://USER:PASSWORD@HOST/NAME के रूप में लिखें।</translation>
        </message>
        <message>
            <source>Write the numbers</source>
            <translation>तालिका लिखें</translation>
        </message>
        <message>
            <source>Write the place for packets as file:///FOLDER or s3://BUCKET?endpoint=https://HOST.</source>
            <translation>पैकेट का स्थान file:///FOLDER या s3://BUCKET?endpoint=https://HOST के रूप में लिखें।</translation>
        </message>
        <message>
            <source>Wrong attempts in a row before anybody has to wait</source>
            <translation>लगातार कितने ग़लत प्रयासों के बाद प्रतीक्षा करनी पड़ती है</translation>
        </message>
        <message>
            <source>Wrong attempts to show who somebody is</source>
            <translation>पहचान दिखाने के ग़लत प्रयास</translation>
        </message>
        <message>
            <source>Wrong passwords and the lock</source>
            <translation>ग़लत पासवर्ड और लॉक</translation>
        </message>
        <message>
            <source>Yes</source>
            <translation>हाँ</translation>
        </message>
        <message>
            <source>Yes, so it is</source>
            <translation>हाँ, ऐसा ही है</translation>
        </message>
        <message>
            <source>You are signed out. Sign in again.</source>
            <translation>आप साइन आउट हो चुके हैं। फिर से साइन इन करें।</translation>
        </message>
        <message>
            <source>You cannot block or remove yourself. Ask another administrator.</source>
            <translation>आप अपने को न रोक सकते हैं न हटा सकते हैं। किसी दूसरे व्यवस्थापक से कहें।</translation>
        </message>
        <message>
            <source>You chose that this is to be changed, and nothing of it is filled in. Fill in what has changed, or take the choice back.</source>
            <translation>आपने इसे बदलना चुना है, पर इसमें कुछ भी भरा नहीं है। जो बदला है उसे भरें, या यह चुनाव हटा दें।</translation>
        </message>
        <message>
            <source>You did not say that this is the person. Compare again, or take another way. Where it is somebody else, put the registration away and call a supervisor.</source>
            <translation>आपने नहीं कहा कि यह वही व्यक्ति है। फिर तुलना करें, या दूसरा तरीका चुनें। यदि यह कोई और है, तो पंजीकरण अलग रखें और पर्यवेक्षक को बुलाएँ।</translation>
        </message>
        <message>
            <source>You have not enrolled a finger at this station. Use your password.</source>
            <translation>आपने इस स्टेशन पर कोई उँगली दर्ज नहीं की। अपना पासवर्ड इस्तेमाल करें।</translation>
        </message>
        <message>
            <source>You have not set up all that this station asks for at sign-in. Open “My sign-in” and do it first.</source>
            <translation>आपने वह सब सेट नहीं किया जो यह स्टेशन साइन-इन पर माँगता है। “मेरा साइन-इन” खोलें और पहले वह करें।</translation>
        </message>
        <message>
            <source>You may not work at this station at present. Ask an administrator of the station.</source>
            <translation>आप अभी इस स्टेशन पर काम नहीं कर सकते। स्टेशन के किसी व्यवस्थापक से पूछें।</translation>
        </message>
        <message>
            <source>You registered this person yourself, so somebody else has to decide.</source>
            <translation>इस व्यक्ति का पंजीकरण आपने स्वयं किया, इसलिए निर्णय किसी और को लेना होगा।</translation>
        </message>
        <message>
            <source>You registered this person, so somebody else has to confirm it.</source>
            <translation>इस व्यक्ति का पंजीकरण आपने किया, इसलिए पुष्टि किसी और को करनी होगी।</translation>
        </message>
        <message>
            <source>You stopped this step. Nothing was changed.</source>
            <translation>आपने यह चरण रोक दिया। कुछ नहीं बदला गया।</translation>
        </message>
        <message>
            <source>Your administrator gives you these numbers.</source>
            <translation>ये संख्याएँ आपको आपका व्यवस्थापक देता है।</translation>
        </message>
        <message>
            <source>Your face or fingers are looked at to see that it is you.</source>
            <translation>आपका चेहरा या उँगलियाँ यह देखने के लिए जाँची जाती हैं कि यह आप ही हैं।</translation>
        </message>
        <message>
            <source>Your figures stand beside the team's: nothing needs your attention.</source>
            <translation>आपके आँकड़े टीम के बराबर हैं: किसी बात पर ध्यान देने की ज़रूरत नहीं।</translation>
        </message>
        <message>
            <source>Your password</source>
            <translation>आपका पासवर्ड</translation>
        </message>
        <message>
            <source>Your password is your signature, and so is one touch.</source>
            <translation>आपका पासवर्ड आपके हस्ताक्षर है, और एक स्पर्श भी।</translation>
        </message>
        <message>
            <source>Your password is your signature.</source>
            <translation>आपका पासवर्ड ही आपका हस्ताक्षर है।</translation>
        </message>
        <message>
            <source>Your password is your signature. On a training station it is filled in.</source>
            <translation>आपका पासवर्ड ही आपका हस्ताक्षर है। प्रशिक्षण स्टेशन पर वह पहले से भरा है।</translation>
        </message>
        <message>
            <source>Your password: it is needed for every change on this page.</source>
            <translation>आपका पासवर्ड: इस पृष्ठ पर हर बदलाव के लिए यह चाहिए।</translation>
        </message>
        <message>
            <source>a capture that did not do, or was kept all the same</source>
            <translation>अपर्याप्त कैप्चर, या फिर भी रखा गया</translation>
        </message>
        <message>
            <source>a supervisor is asked</source>
            <translation>पर्यवेक्षक से पूछा जाता है</translation>
        </message>
        <message>
            <source>accepted by the server</source>
            <translation>सर्वर ने स्वीकार किया</translation>
        </message>
        <message>
            <source>add a passport or identity card</source>
            <translation>पासपोर्ट या पहचान पत्र जोड़ें</translation>
        </message>
        <message>
            <source>adult</source>
            <translation>वयस्क</translation>
        </message>
        <message>
            <source>age in months: {months}</source>
            <translation>आयु महीनों में: {months}</translation>
        </message>
        <message>
            <source>age {years}</source>
            <translation>आयु {years}</translation>
        </message>
        <message>
            <source>all that are installed</source>
            <translation>जो भी स्थापित हैं</translation>
        </message>
        <message>
            <source>announced, waits to be sent</source>
            <translation>सूचित किया गया, भेजे जाने की प्रतीक्षा में</translation>
        </message>
        <message>
            <source>approved</source>
            <translation>स्वीकृत</translation>
        </message>
        <message>
            <source>as of all fingers</source>
            <translation>सभी उँगलियों जैसा</translation>
        </message>
        <message>
            <source>ask a register for the person's record</source>
            <translation>रजिस्टर से व्यक्ति का अभिलेख माँगें</translation>
        </message>
        <message>
            <source>asked of another system</source>
            <translation>दूसरी प्रणाली से पूछा गया</translation>
        </message>
        <message>
            <source>asked on {time}</source>
            <translation>{time} को पूछा गया</translation>
        </message>
        <message>
            <source>at any time</source>
            <translation>किसी भी समय</translation>
        </message>
        <message>
            <source>at {address}</source>
            <translation>{address} पर</translation>
        </message>
        <message>
            <source>barcode</source>
            <translation>बारकोड</translation>
        </message>
        <message>
            <source>begun</source>
            <translation>शुरू हुआ</translation>
        </message>
        <message>
            <source>being processed</source>
            <translation>काम चल रहा है</translation>
        </message>
        <message>
            <source>being watched for a moment</source>
            <translation>क्षण भर देखा जाना</translation>
        </message>
        <message>
            <source>blocked</source>
            <translation>रोका गया</translation>
        </message>
        <message>
            <source>camera</source>
            <translation>कैमरा</translation>
        </message>
        <message>
            <source>can be begun</source>
            <translation>शुरू किया जा सकता है</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>रद्द किया गया</translation>
        </message>
        <message>
            <source>cannot be captured</source>
            <translation>लिया नहीं जा सकता</translation>
        </message>
        <message>
            <source>captured</source>
            <translation>लिया गया</translation>
        </message>
        <message>
            <source>certificate until {date}</source>
            <translation>प्रमाणपत्र {date} तक</translation>
        </message>
        <message>
            <source>changed after something had been captured</source>
            <translation>कुछ कैप्चर होने के बाद बदला गया</translation>
        </message>
        <message>
            <source>chip</source>
            <translation>चिप</translation>
        </message>
        <message>
            <source>chip reader</source>
            <translation>चिप रीडर</translation>
        </message>
        <message>
            <source>chosen</source>
            <translation>चुना हुआ</translation>
        </message>
        <message>
            <source>compare the face</source>
            <translation>चेहरे का मिलान करें</translation>
        </message>
        <message>
            <source>counts</source>
            <translation>लागू</translation>
        </message>
        <message>
            <source>day/month/year</source>
            <translation>दिन/माह/वर्ष</translation>
        </message>
        <message>
            <source>dead: the person has to share anew</source>
            <translation>समाप्त: व्यक्ति को फिर से साझा करना होगा</translation>
        </message>
        <message>
            <source>destroyed, as the server has it</source>
            <translation>नष्ट किया गया, क्योंकि सर्वर के पास है</translation>
        </message>
        <message>
            <source>did not succeed</source>
            <translation>सफल नहीं हुआ</translation>
        </message>
        <message>
            <source>discarded</source>
            <translation>छोड़ दिया गया</translation>
        </message>
        <message>
            <source>document</source>
            <translation>दस्तावेज़</translation>
        </message>
        <message>
            <source>document scanner</source>
            <translation>दस्तावेज़ स्कैनर</translation>
        </message>
        <message>
            <source>done</source>
            <translation>हो गया</translation>
        </message>
        <message>
            <source>drawn as a sample</source>
            <translation>नमूने के रूप में चुना गया</translation>
        </message>
        <message>
            <source>everything</source>
            <translation>सब कुछ</translation>
        </message>
        <message>
            <source>eyes</source>
            <translation>आँखें</translation>
        </message>
        <message>
            <source>face</source>
            <translation>चेहरा</translation>
        </message>
        <message>
            <source>face or finger</source>
            <translation>चेहरा या उँगली</translation>
        </message>
        <message>
            <source>fair evidence</source>
            <translation>ठीक प्रमाण</translation>
        </message>
        <message>
            <source>filled in at home</source>
            <translation>घर पर भरा गया</translation>
        </message>
        <message>
            <source>fingerprint reader</source>
            <translation>फ़िंगरप्रिंट रीडर</translation>
        </message>
        <message>
            <source>fingers</source>
            <translation>उँगलियाँ</translation>
        </message>
        <message>
            <source>firmware {firmware}</source>
            <translation>फ़र्मवेयर {firmware}</translation>
        </message>
        <message>
            <source>for signing in and checks only</source>
            <translation>केवल साइन-इन और जाँच के लिए</translation>
        </message>
        <message>
            <source>fresh</source>
            <translation>ताज़ा</translation>
        </message>
        <message>
            <source>from now on</source>
            <translation>अभी से</translation>
        </message>
        <message>
            <source>from tomorrow on</source>
            <translation>कल से</translation>
        </message>
        <message>
            <source>given</source>
            <translation>दिया गया</translation>
        </message>
        <message>
            <source>good</source>
            <translation>अच्छा</translation>
        </message>
        <message>
            <source>has no password yet: choose, and give one</source>
            <translation>अभी पासवर्ड नहीं है: चुनें, और एक दें</translation>
        </message>
        <message>
            <source>held</source>
            <translation>रोका हुआ</translation>
        </message>
        <message>
            <source>how full the disk was is not kept</source>
            <translation>डिस्क कितनी भरी थी, यह दर्ज नहीं रहता</translation>
        </message>
        <message>
            <source>identity {level}</source>
            <translation>पहचान {level}</translation>
        </message>
        <message>
            <source>in a week</source>
            <translation>एक सप्ताह बाद</translation>
        </message>
        <message>
            <source>in the future</source>
            <translation>भविष्य में</translation>
        </message>
        <message>
            <source>in the last {days} days</source>
            <translation>पिछले {days} दिनों में</translation>
        </message>
        <message>
            <source>infant</source>
            <translation>शिशु</translation>
        </message>
        <message>
            <source>iris camera</source>
            <translation>आइरिस कैमरा</translation>
        </message>
        <message>
            <source>is being judged …</source>
            <translation>जाँचा जा रहा है …</translation>
        </message>
        <message>
            <source>is looked at elsewhere</source>
            <translation>कहीं और देखा जा रहा है</translation>
        </message>
        <message>
            <source>is there</source>
            <translation>उपलब्ध</translation>
        </message>
        <message>
            <source>it decides about no registration of before</source>
            <translation>यह पहले के किसी पंजीकरण का निर्णय नहीं करता</translation>
        </message>
        <message>
            <source>its time is over</source>
            <translation>समय समाप्त हो गया</translation>
        </message>
        <message>
            <source>kept below the threshold</source>
            <translation>सीमा से कम पर रखा गया</translation>
        </message>
        <message>
            <source>kept with a reason</source>
            <translation>कारण सहित रखा गया</translation>
        </message>
        <message>
            <source>later</source>
            <translation>बाद में</translation>
        </message>
        <message>
            <source>let somebody vouch for the person</source>
            <translation>किसी से व्यक्ति की पुष्टि करवाएँ</translation>
        </message>
        <message>
            <source>let the person sign in at a provider</source>
            <translation>व्यक्ति को किसी प्रदाता पर साइन-इन करने दें</translation>
        </message>
        <message>
            <source>let the person sign in at a provider with two factors</source>
            <translation>व्यक्ति को दो कारकों के साथ किसी प्रदाता पर साइन-इन करने दें</translation>
        </message>
        <message>
            <source>let the person sign in at a trusted provider</source>
            <translation>व्यक्ति को किसी विश्वसनीय प्रदाता पर साइन-इन करने दें</translation>
        </message>
        <message>
            <source>lives, and is renewed no more: the person has to share anew</source>
            <translation>चालू है, पर अब नवीनीकरण नहीं होगा: व्यक्ति को फिर से साझा करना होगा</translation>
        </message>
        <message>
            <source>looked up here</source>
            <translation>यहाँ खोजा गया</translation>
        </message>
        <message>
            <source>may be approved unseen</source>
            <translation>बिना देखे स्वीकृत हो सकता है</translation>
        </message>
        <message>
            <source>minor</source>
            <translation>नाबालिग</translation>
        </message>
        <message>
            <source>month/day/year</source>
            <translation>माह/दिन/वर्ष</translation>
        </message>
        <message>
            <source>must be looked at</source>
            <translation>देखना ज़रूरी है</translation>
        </message>
        <message>
            <source>need not succeed</source>
            <translation>सफल होना ज़रूरी नहीं</translation>
        </message>
        <message>
            <source>never asked</source>
            <translation>कभी नहीं पूछा गया</translation>
        </message>
        <message>
            <source>next renewal on {day}</source>
            <translation>अगला नवीनीकरण {day} को</translation>
        </message>
        <message>
            <source>no</source>
            <translation>नहीं</translation>
        </message>
        <message>
            <source>no name yet</source>
            <translation>अभी नाम नहीं</translation>
        </message>
        <message>
            <source>nobody asks</source>
            <translation>कोई नहीं पूछता</translation>
        </message>
        <message>
            <source>nobody is asked</source>
            <translation>किसी से नहीं पूछा जाता</translation>
        </message>
        <message>
            <source>nobody knows what people would have done then</source>
            <translation>कोई नहीं जानता कि लोग तब क्या करते</translation>
        </message>
        <message>
            <source>nobody knows what the center would have answered</source>
            <translation>कोई नहीं जानता कि केंद्र क्या उत्तर देता</translation>
        </message>
        <message>
            <source>nobody knows which other device would have been there</source>
            <translation>कोई नहीं जानता कि कौन-सा दूसरा उपकरण वहाँ होता</translation>
        </message>
        <message>
            <source>none</source>
            <translation>कोई नहीं</translation>
        </message>
        <message>
            <source>not asked for</source>
            <translation>नहीं माँगा गया</translation>
        </message>
        <message>
            <source>not asked lately</source>
            <translation>हाल में नहीं पूछा गया</translation>
        </message>
        <message>
            <source>not connected</source>
            <translation>जुड़ा नहीं है</translation>
        </message>
        <message>
            <source>not decided</source>
            <translation>अनिर्णीत</translation>
        </message>
        <message>
            <source>not needed</source>
            <translation>ज़रूरत नहीं</translation>
        </message>
        <message>
            <source>not proven</source>
            <translation>सिद्ध नहीं</translation>
        </message>
        <message>
            <source>not sure: compare it</source>
            <translation>निश्चित नहीं: मिलाएँ</translation>
        </message>
        <message>
            <source>not there: people are spared it</source>
            <translation>उपलब्ध नहीं: लोगों को इससे बचाया जाता है</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>कुछ नहीं</translation>
        </message>
        <message>
            <source>nothing unusual</source>
            <translation>कुछ असामान्य नहीं</translation>
        </message>
        <message>
            <source>nothing yet</source>
            <translation>अभी कुछ नहीं</translation>
        </message>
        <message>
            <source>now</source>
            <translation>अभी</translation>
        </message>
        <message>
            <source>number {serial}</source>
            <translation>संख्या {serial}</translation>
        </message>
        <message>
            <source>on its way on a drive</source>
            <translation>ड्राइव पर रास्ते में</translation>
        </message>
        <message>
            <source>one of the two is enough</source>
            <translation>दोनों में से एक काफ़ी है</translation>
        </message>
        <message>
            <source>one-time code</source>
            <translation>एक बार का कोड</translation>
        </message>
        <message>
            <source>overdue: the service is asked whether it still lives</source>
            <translation>समय बीत गया: सेवा से पूछा जाता है कि क्या यह अब भी चालू है</translation>
        </message>
        <message>
            <source>passport zone</source>
            <translation>पासपोर्ट की पंक्तियाँ</translation>
        </message>
        <message>
            <source>perhaps alike</source>
            <translation>शायद समान</translation>
        </message>
        <message>
            <source>printed text</source>
            <translation>छपा पाठ</translation>
        </message>
        <message>
            <source>processed</source>
            <translation>काम पूरा हुआ</translation>
        </message>
        <message>
            <source>processed, the number was given</source>
            <translation>काम पूरा हुआ, संख्या दी गई</translation>
        </message>
        <message>
            <source>proof of identity</source>
            <translation>पहचान का प्रमाण</translation>
        </message>
        <message>
            <source>proven</source>
            <translation>सिद्ध</translation>
        </message>
        <message>
            <source>quality %p</source>
            <translation>गुणवत्ता %p</translation>
        </message>
        <message>
            <source>rather sure</source>
            <translation>काफ़ी निश्चित</translation>
        </message>
        <message>
            <source>read the chip of a passport or identity card</source>
            <translation>पासपोर्ट या पहचान पत्र की चिप पढ़ें</translation>
        </message>
        <message>
            <source>ready to be sealed</source>
            <translation>सील किए जाने को तैयार</translation>
        </message>
        <message>
            <source>records shared through MiTrust</source>
            <translation>MiTrust से साझा किए गए रिकॉर्ड</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>अस्वीकृत</translation>
        </message>
        <message>
            <source>refused by the server</source>
            <translation>सर्वर ने अस्वीकार किया</translation>
        </message>
        <message>
            <source>rejected</source>
            <translation>अस्वीकृत</translation>
        </message>
        <message>
            <source>rejected by the server</source>
            <translation>सर्वर ने नामंज़ूर किया</translation>
        </message>
        <message>
            <source>risk {before} → {after}</source>
            <translation>जोखिम {before} → {after}</translation>
        </message>
        <message>
            <source>risk {weight}</source>
            <translation>जोखिम {weight}</translation>
        </message>
        <message>
            <source>send the person a one-time code</source>
            <translation>व्यक्ति को एक बार का कोड भेजें</translation>
        </message>
        <message>
            <source>sent back</source>
            <translation>वापस भेजा गया</translation>
        </message>
        <message>
            <source>sign-in at a provider</source>
            <translation>प्रदाता पर साइन-इन</translation>
        </message>
        <message>
            <source>sign-in at a trusted provider</source>
            <translation>भरोसेमंद प्रदाता पर साइन-इन</translation>
        </message>
        <message>
            <source>sign-in {level}</source>
            <translation>साइन-इन {level}</translation>
        </message>
        <message>
            <source>signed with the certificate {digest}</source>
            <translation>प्रमाणपत्र {digest} से हस्ताक्षरित</translation>
        </message>
        <message>
            <source>signs in with: {names}</source>
            <translation>इनसे साइन इन करते हैं: {names}</translation>
        </message>
        <message>
            <source>somebody decided</source>
            <translation>किसी ने निर्णय लिया</translation>
        </message>
        <message>
            <source>somebody saw what is not for everybody</source>
            <translation>किसी ने वह देखा जो सबके लिए नहीं है</translation>
        </message>
        <message>
            <source>somewhat sure (low)</source>
            <translation>कुछ हद तक निश्चित (निम्न)</translation>
        </message>
        <message>
            <source>sources that could answer: {count}</source>
            <translation>उत्तर दे सकने वाले स्रोत: {count}</translation>
        </message>
        <message>
            <source>still owed</source>
            <translation>अब भी बाकी</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>रुका हुआ</translation>
        </message>
        <message>
            <source>strong evidence</source>
            <translation>मज़बूत प्रमाण</translation>
        </message>
        <message>
            <source>suggested</source>
            <translation>सुझाया गया</translation>
        </message>
        <message>
            <source>superior evidence</source>
            <translation>उत्कृष्ट प्रमाण</translation>
        </message>
        <message>
            <source>sure</source>
            <translation>निश्चित</translation>
        </message>
        <message>
            <source>sure (substantial)</source>
            <translation>निश्चित (पर्याप्त)</translation>
        </message>
        <message>
            <source>take the identity from the person's wallet</source>
            <translation>व्यक्ति के वॉलेट से पहचान लें</translation>
        </message>
        <message>
            <source>the device itself</source>
            <translation>उपकरण स्वयं</translation>
        </message>
        <message>
            <source>the person did not agree</source>
            <translation>व्यक्ति सहमत नहीं हुआ</translation>
        </message>
        <message>
            <source>the person was told to come again</source>
            <translation>व्यक्ति को फिर आने को कहा गया</translation>
        </message>
        <message>
            <source>the person's signature</source>
            <translation>व्यक्ति के हस्ताक्षर</translation>
        </message>
        <message>
            <source>the screen would not have locked: opened again after {time}</source>
            <translation>स्क्रीन लॉक नहीं होती: {time} बाद फिर खोली गई</translation>
        </message>
        <message>
            <source>the server asks for more</source>
            <translation>सर्वर और माँगता है</translation>
        </message>
        <message>
            <source>the server wants it again</source>
            <translation>सर्वर इसे फिर चाहता है</translation>
        </message>
        <message>
            <source>the share of exceptions is kept over the days of then alone</source>
            <translation>अपवादों का हिस्सा केवल तब के दिनों के लिए दर्ज है</translation>
        </message>
        <message>
            <source>this person must come again</source>
            <translation>इस व्यक्ति को फिर आना होगा</translation>
        </message>
        <message>
            <source>this station</source>
            <translation>यह स्टेशन</translation>
        </message>
        <message>
            <source>to be captured</source>
            <translation>लिया जाना है</translation>
        </message>
        <message>
            <source>to be renewed</source>
            <translation>नवीनीकरण करना है</translation>
        </message>
        <message>
            <source>today</source>
            <translation>आज</translation>
        </message>
        <message>
            <source>too many wrong attempts; can try again in {minutes} min</source>
            <translation>बहुत बार ग़लत प्रयास; {minutes} मिनट में फिर प्रयास कर सकते हैं</translation>
        </message>
        <message>
            <source>turning the head and shutting the eyes</source>
            <translation>सिर घुमाना और आँखें बंद करना</translation>
        </message>
        <message>
            <source>typed</source>
            <translation>टाइप किया गया</translation>
        </message>
        <message>
            <source>under way</source>
            <translation>चल रहा है</translation>
        </message>
        <message>
            <source>unknown kind of file</source>
            <translation>अज्ञात प्रकार की फ़ाइल</translation>
        </message>
        <message>
            <source>unknown name</source>
            <translation>अज्ञात नाम</translation>
        </message>
        <message>
            <source>valid until {day}</source>
            <translation>{day} तक मान्य</translation>
        </message>
        <message>
            <source>verified</source>
            <translation>सत्यापित</translation>
        </message>
        <message>
            <source>very alike</source>
            <translation>बहुत समान</translation>
        </message>
        <message>
            <source>very sure (high)</source>
            <translation>बहुत निश्चित (उच्च)</translation>
        </message>
        <message>
            <source>vouched for</source>
            <translation>ज़िम्मेदारी ली गई</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>प्रतीक्षा में</translation>
        </message>
        <message>
            <source>waits for an answer</source>
            <translation>उत्तर की प्रतीक्षा में</translation>
        </message>
        <message>
            <source>waits for review</source>
            <translation>समीक्षा की प्रतीक्षा में</translation>
        </message>
        <message>
            <source>waits for somebody outside</source>
            <translation>बाहर के किसी की प्रतीक्षा में</translation>
        </message>
        <message>
            <source>waits to be sent</source>
            <translation>भेजे जाने की प्रतीक्षा में</translation>
        </message>
        <message>
            <source>wallet on the telephone</source>
            <translation>फ़ोन का वॉलेट</translation>
        </message>
        <message>
            <source>was valid until {day}</source>
            <translation>{day} तक मान्य था</translation>
        </message>
        <message>
            <source>weak</source>
            <translation>कमज़ोर</translation>
        </message>
        <message>
            <source>when it was told that the screen is about to lock is not kept</source>
            <translation>स्क्रीन के लॉक होने की सूचना कब दी गई, यह दर्ज नहीं रहता</translation>
        </message>
        <message>
            <source>without an end</source>
            <translation>बिना अंत के</translation>
        </message>
        <message>
            <source>would be asked for: {what}</source>
            <translation>माँगा जाता: {what}</translation>
        </message>
        <message>
            <source>would not be asked for: {what}</source>
            <translation>नहीं माँगा जाता: {what}</translation>
        </message>
        <message>
            <source>wrong {count} times in a row · longest wait: {before} → {after}</source>
            <translation>लगातार {count} बार ग़लत · सबसे लंबी प्रतीक्षा: {before} → {after}</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>हाँ</translation>
        </message>
        <message>
            <source>{allowed} attempts are allowed.</source>
            <translation>{allowed} प्रयासों की अनुमति है।</translation>
        </message>
        <message>
            <source>{attribute}: {mine} % good at the first try, the team's {team} %.</source>
            <translation>{attribute}: पहले प्रयास में {mine} % अच्छे, टीम के {team} %।</translation>
        </message>
        <message>
            <source>{count} decisions are signed and count.</source>
            <translation>{count} निर्णयों पर हस्ताक्षर हैं और वे लागू हैं।</translation>
        </message>
        <message>
            <source>{count} faces</source>
            <translation>{count} चेहरे</translation>
        </message>
        <message>
            <source>{count} older ones</source>
            <translation>{count} पुराने</translation>
        </message>
        <message>
            <source>{count} older records are still being counted.</source>
            <translation>{count} पुराने रिकॉर्ड अभी गिने जा रहे हैं।</translation>
        </message>
        <message>
            <source>{count} older records are still being made ready to be searched.</source>
            <translation>{count} पुराने रिकॉर्ड अभी खोज के लिए तैयार किए जा रहे हैं।</translation>
        </message>
        <message>
            <source>{count} packets wait; sending them takes about {minutes} minutes.</source>
            <translation>{count} पैकेट प्रतीक्षा में हैं; उन्हें भेजने में लगभग {minutes} मिनट लगेंगे।</translation>
        </message>
        <message>
            <source>{count} packets were accepted by the server.</source>
            <translation>सर्वर ने {count} पैकेट स्वीकार किए।</translation>
        </message>
        <message>
            <source>{count} registrations fit. Type more of the number or the name.</source>
            <translation>{count} पंजीकरण मेल खाते हैं। संख्या या नाम का और भाग टाइप करें।</translation>
        </message>
        <message>
            <source>{count} were sent meanwhile and wait for you again.</source>
            <translation>इस बीच {count} भेजे गए और फिर आपकी प्रतीक्षा में हैं।</translation>
        </message>
        <message>
            <source>{days} days</source>
            <translation>{days} दिन</translation>
        </message>
        <message>
            <source>{decision}, to be signed off</source>
            <translation>{decision}, पक्का होना बाकी</translation>
        </message>
        <message>
            <source>{decision}{reason} by {name}, {time}</source>
            <translation>{decision}{reason} {name} द्वारा, {time}</translation>
        </message>
        <message>
            <source>{device} gives poorer quality for everybody at present: that is not your doing. Tell your supervisor.</source>
            <translation>{device} इस समय सबको कमज़ोर गुणवत्ता दे रहा है: यह आपकी वजह से नहीं है। अपने पर्यवेक्षक को बताएँ।</translation>
        </message>
        <message>
            <source>{device}, {what}: quality is {points} points lower for every officer since {day}. Clean it, or have it looked at.</source>
            <translation>{device}, {what}: {day} से हर अधिकारी के लिए गुणवत्ता {points} अंक कम है। इसे साफ़ करें या जाँच कराएँ।</translation>
        </message>
        <message>
            <source>{device}, {what}: quality is {points} points lower than with the other devices, whoever works with it. Clean it, or have it looked at.</source>
            <translation>{device}, {what}: गुणवत्ता दूसरे उपकरणों से {points} अंक कम है, चाहे इसे कोई भी चलाए। इसे साफ़ करें या जाँच कराएँ।</translation>
        </message>
        <message>
            <source>{differing} of {cases} registrations of the last {days} days would have gone otherwise. Supervisors would have been asked about {after} instead of {before}.</source>
            <translation>पिछले {days} दिनों के {cases} में से {differing} पंजीकरण अलग होते। पर्यवेक्षकों से {before} के बजाय {after} के बारे में पूछा जाता।</translation>
        </message>
        <message>
            <source>{document} from {provider}</source>
            <translation>{provider} से {document}</translation>
        </message>
        <message>
            <source>{document}: {before} kB before, {after} kB now. Look whether it can still be read; if not, scan it again.</source>
            <translation>{document}: पहले {before} kB, अब {after} kB। देखें कि वह अब भी पढ़ा जा सकता है; नहीं तो फिर से स्कैन करें।</translation>
        </message>
        <message>
            <source>{fields} details filled in, {documents} documents attached. What you had typed was left as it is.</source>
            <translation>{fields} विवरण भरे गए, {documents} दस्तावेज़ लगाए गए। आपने जो टाइप किया था वह वैसा ही रहा।</translation>
        </message>
        <message>
            <source>{field} (may be left out)</source>
            <translation>{field} (छोड़ा जा सकता है)</translation>
        </message>
        <message>
            <source>{field} and {other} are the same number: nobody can bring along themselves.</source>
            <translation>{field} और {other} एक ही संख्या हैं: कोई अपने को नहीं ला सकता।</translation>
        </message>
        <message>
            <source>{file} does not say how the clip was taken.</source>
            <translation>{file} नहीं बताती कि क्लिप कैसे ली गई।</translation>
        </message>
        <message>
            <source>{file} in the pack of networks is missing or was changed after it was signed.</source>
            <translation>नेटवर्क के पैक में {file} नहीं है या हस्ताक्षर के बाद बदली गई।</translation>
        </message>
        <message>
            <source>{file} is not plain text in UTF-8. Save it as UTF-8.</source>
            <translation>{file} UTF-8 में सादा पाठ नहीं है। उसे UTF-8 में सहेजें।</translation>
        </message>
        <message>
            <source>{folder} is a file, and a folder is needed here.</source>
            <translation>{folder} एक फ़ाइल है, और यहाँ फ़ोल्डर चाहिए।</translation>
        </message>
        <message>
            <source>{form}, {size} kB</source>
            <translation>{form}, {size} kB</translation>
        </message>
        <message>
            <source>{host} answers but sends no pictures. Ask your administrator to check the camera's address, password and certificate.</source>
            <translation>{host} उत्तर देता है पर चित्र नहीं भेजता। अपने व्यवस्थापक से कैमरे का पता, पासवर्ड और प्रमाणपत्र जाँचने को कहें।</translation>
        </message>
        <message>
            <source>{hours} h</source>
            <translation>{hours} घंटे</translation>
        </message>
        <message>
            <source>{limit}: {most}. Nobody new could have been registered; {begun} were.</source>
            <translation>{limit}: {most}. कोई नया पंजीकृत नहीं हो पाता; {begun} हुए।</translation>
        </message>
        <message>
            <source>{limit}: {most}. Work would have gone on.</source>
            <translation>{limit}: {most}. काम जारी रहता।</translation>
        </message>
        <message>
            <source>{minimum} of these {count}</source>
            <translation>इन {count} में से {minimum}</translation>
        </message>
        <message>
            <source>{minutes} min</source>
            <translation>{minutes} मिनट</translation>
        </message>
        <message>
            <source>{name} cannot be {value}. It may be {allowed}.</source>
            <translation>{name} का मान {value} नहीं हो सकता। अनुमत: {allowed}।</translation>
        </message>
        <message>
            <source>{name} is no name for a driver: take small letters, digits and underscores, with a letter first.</source>
            <translation>{name} ड्राइवर का नाम नहीं हो सकता: छोटे अक्षर, अंक और अंडरस्कोर लें, पहले एक अक्षर हो।</translation>
        </message>
        <message>
            <source>{name} took the proof on {time}. What it rests on is no longer here.</source>
            <translation>{name} ने {time} को प्रमाण लिया। उसका आधार अब यहाँ नहीं है।</translation>
        </message>
        <message>
            <source>{name} would be good enough</source>
            <translation>{name} पर्याप्त होता</translation>
        </message>
        <message>
            <source>{name} would be too poor</source>
            <translation>{name} बहुत कमज़ोर होता</translation>
        </message>
        <message>
            <source>{name} · next: {step} · {time}</source>
            <translation>{name} · आगे: {step} · {time}</translation>
        </message>
        <message>
            <source>{name}, drawn. The numbers stand in the table.</source>
            <translation>{name}, चित्र में। संख्याएँ तालिका में हैं।</translation>
        </message>
        <message>
            <source>{name}, in numbers</source>
            <translation>{name}, संख्याओं में</translation>
        </message>
        <message>
            <source>{name}, page {number} of {count}</source>
            <translation>{name}, पृष्ठ {number}, कुल {count}</translation>
        </message>
        <message>
            <source>{name}: agreed on {time}</source>
            <translation>{name}: {time} को सहमति दी</translation>
        </message>
        <message>
            <source>{name}: cannot be captured ({reason})</source>
            <translation>{name}: लिया नहीं जा सकता ({reason})</translation>
        </message>
        <message>
            <source>{name}: this file cannot be shown here. Save a copy and open it where it can be.</source>
            <translation>{name}: यह फ़ाइल यहाँ दिखाई नहीं जा सकती। एक प्रति सहेजें और जहाँ खुल सके वहाँ खोलें।</translation>
        </message>
        <message>
            <source>{name}: {quality}</source>
            <translation>{name}: {quality}</translation>
        </message>
        <message>
            <source>{number} · {name} · sealed {time}</source>
            <translation>{number} · {name} · {time} पर सील</translation>
        </message>
        <message>
            <source>{officer} with {device}, {what}: quality is {points} points lower since {day}, and too little was done by others or elsewhere to say which of the two it is. Clean the device, and exchange devices for some days.</source>
            <translation>{officer}, {device} पर, {what}: {day} से गुणवत्ता {points} अंक कम है, और दूसरों ने या दूसरी जगह इतना कम काम किया कि कहा नहीं जा सकता कि कारण कौन है। उपकरण साफ़ करें, और कुछ दिन उपकरण बदल लें।</translation>
        </message>
        <message>
            <source>{officer} with {device}, {what}: quality is {points} points lower than elsewhere, and nobody else worked with it who worked with another one too. Exchange devices for some days to see which of the two it is.</source>
            <translation>{officer}, {device} पर, {what}: गुणवत्ता दूसरी जगहों से {points} अंक कम है, और किसी और ने इस पर और साथ ही किसी दूसरे उपकरण पर काम नहीं किया। कारण कौन है यह देखने के लिए कुछ दिन उपकरण बदल लें।</translation>
        </message>
        <message>
            <source>{officer}, {what}: quality is {points} points lower since {day}, whatever the device. Ask what has changed.</source>
            <translation>{officer}, {what}: {day} से गुणवत्ता {points} अंक कम है, चाहे उपकरण कोई भी हो। पूछें कि क्या बदला है।</translation>
        </message>
        <message>
            <source>{officer}, {what}: quality is {points} points lower than the team's with the same devices. Go through the placement together.</source>
            <translation>{officer}, {what}: उन्हीं उपकरणों पर गुणवत्ता टीम से {points} अंक कम है। रखने का तरीक़ा साथ मिलकर देखें।</translation>
        </message>
        <message>
            <source>{one}, and then {other}</source>
            <translation>{one}, और फिर {other}</translation>
        </message>
        <message>
            <source>{packets} packets ({megabytes} MB) and {faces} faces that are kept now would be destroyed at once; {back} packets that were destroyed would still be here.</source>
            <translation>अभी रखे {packets} पैकेट ({megabytes} MB) और {faces} चेहरे तुरंत नष्ट हो जाते; नष्ट किए गए {back} पैकेट अब भी यहाँ होते।</translation>
        </message>
        <message>
            <source>{rate} pictures a second come.</source>
            <translation>प्रति सेकंड {rate} चित्र आते हैं।</translation>
        </message>
        <message>
            <source>{score} of at most {strength}</source>
            <translation>अधिकतम {strength} में से {score}</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} सेकंड</translation>
        </message>
        <message>
            <source>{seen} fingers are seen instead of {wanted}. Take everything else off the glass.</source>
            <translation>{wanted} की जगह {seen} उँगलियाँ दिखती हैं। काँच से बाकी सब हटाएँ।</translation>
        </message>
        <message>
            <source>{seen} fingers are seen, but only {wanted} should be there. Check the exceptions.</source>
            <translation>{seen} उँगलियाँ दिखती हैं, पर केवल {wanted} होनी चाहिए। अपवाद जाँचें।</translation>
        </message>
        <message>
            <source>{seen} of {wanted} fingers are seen. Place all of them flat, a little apart.</source>
            <translation>{wanted} में से {seen} उँगलियाँ दिखती हैं। सभी को सीधा, थोड़ा अलग-अलग रखें।</translation>
        </message>
        <message>
            <source>{source} says {said} ({sure}).</source>
            <translation>{source} के अनुसार {said} ({sure})।</translation>
        </message>
        <message>
            <source>{source} says {said}; here it says {standing}.</source>
            <translation>{source} के अनुसार {said}; यहाँ लिखा है {standing}।</translation>
        </message>
        <message>
            <source>{source}, signed with {fingerprint} …</source>
            <translation>{source}, {fingerprint} … से हस्ताक्षरित</translation>
        </message>
        <message>
            <source>{step} took {minutes} minutes; usual is {most} at most.</source>
            <translation>{step} में {minutes} मिनट लगे; सामान्यतः अधिक से अधिक {most}।</translation>
        </message>
        <message>
            <source>{step} took {seconds} seconds; usual is {least} at least.</source>
            <translation>{step} में {seconds} सेकंड लगे; सामान्यतः कम से कम {least}।</translation>
        </message>
        <message>
            <source>{step}: half of yours take longer than {mine} s, half of the team's longer than {team} s.</source>
            <translation>{step}: आपके आधे {mine} सेकंड से ज़्यादा लेते हैं, टीम के आधे {team} सेकंड से ज़्यादा।</translation>
        </message>
        <message>
            <source>{text} is no moment. Write 2026-12-31, or 2026-12-31T08:00+01:00.</source>
            <translation>{text} कोई समय नहीं है। 2026-12-31 या 2026-12-31T08:00+01:00 लिखें।</translation>
        </message>
        <message>
            <source>{text} is no setting with its value. Write NAME=VALUE.</source>
            <translation>{text} मान सहित सेटिंग नहीं है। NAME=VALUE लिखें।</translation>
        </message>
        <message>
            <source>{value} (the server's)</source>
            <translation>{value} (सर्वर का)</translation>
        </message>
        <message>
            <source>{waiting} waiting · {held} held · {decided} to be signed off</source>
            <translation>{waiting} प्रतीक्षा में · {held} रोके हुए · {decided} पक्के होने बाकी</translation>
        </message>
        <message>
            <source>{what}: level {level}</source>
            <translation>{what}: स्तर {level}</translation>
        </message>
        <message>
            <source>{what}: the limit is reached.</source>
            <translation>{what}: सीमा पूरी हो गई।</translation>
        </message>
        <message>
            <source>{what}: {used} of {limit}</source>
            <translation>{what}: {limit} में से {used}</translation>
        </message>
        <message>
            <source>{what}: {used} of {limit}, enough until {date}</source>
            <translation>{what}: {limit} में से {used}, {date} तक पर्याप्त</translation>
        </message>
        <message>
            <source>{whole}.{tenth}</source>
            <translation>{whole}.{tenth}</translation>
        </message>
        <message>
            <source>✗ not signed by this station</source>
            <translation>✗ इस केंद्र ने हस्ताक्षर नहीं किया</translation>
        </message>
    </context>
</TS>
