<?xml version='1.0' encoding='utf-8'?>
<!DOCTYPE TS>
<TS version="2.1" language="ar" sourcelanguage="en">
    <context>
        <name>Muster</name>
        <message>
            <source>, </source>
            <translation>، </translation>
        </message>
        <message>
            <source>25 % above</source>
            <translation>25 % أعلى</translation>
        </message>
        <message>
            <source>25 % below</source>
            <translation>25 % أدنى</translation>
        </message>
        <message>
            <source>A + may stand before them.</source>
            <translation>ويجوز أن تسبقها علامة +.</translation>
        </message>
        <message>
            <source>A PDF that is kept as it was shared; it cannot be shown here.</source>
            <translation>ملف PDF محفوظ كما شورِك؛ لا يمكن عرضه هنا.</translation>
        </message>
        <message>
            <source>A biometric file of the packet is made as no client makes it. It was not looked into.</source>
            <translation>أحد ملفات البيانات الحيوية في الحزمة مكتوب كما لا يكتبه أي برنامج. لم يُفحص.</translation>
        </message>
        <message>
            <source>A capture has no picture. Take it again.</source>
            <translation>لا توجد صورة في إحدى اللقطات. أعد التقاطها.</translation>
        </message>
        <message>
            <source>A capture is dated later than the packet. Set the clock of the device or the computer, and take it again.</source>
            <translation>تاريخ إحدى اللقطات لاحق لتاريخ الحزمة. اضبط ساعة الجهاز أو الحاسوب ثم أعد التقاطها.</translation>
        </message>
        <message>
            <source>A capture is not signed by its device. Take it again.</source>
            <translation>إحدى اللقطات غير موقَّعة من جهازها. أعد التقاطها.</translation>
        </message>
        <message>
            <source>A capture lies longer before the packet than a server allows. Take it again.</source>
            <translation>إحدى اللقطات أقدم من الحزمة بأكثر مما يسمح به الخادم. أعد التقاطها.</translation>
        </message>
        <message>
            <source>A certification scheme in the record is none that the standard knows.</source>
            <translation>أحد مخططات الاعتماد في السجل غير معروف في المعيار.</translation>
        </message>
        <message>
            <source>A change counts from now on or later.</source>
            <translation>يسري التغيير من الآن أو لاحقًا.</translation>
        </message>
        <message>
            <source>A chip is opened by the machine-readable lines of the document, or by the six digits on its front. This is neither.</source>
            <translation>تُفتح الشريحة بأسطر الوثيقة المقروءة آليًا أو بالأرقام الستة المطبوعة على وجهها. ليس هذا أيًّا منهما.</translation>
        </message>
        <message>
            <source>A chip is opened by what is printed on its document: name a file that holds the machine-readable lines or the six digits with --key, or run in a terminal.</source>
            <translation>تُفتح الشريحة بما هو مطبوع على وثيقتها: اذكر بالخيار ‎--key ملفًا يحوي الأسطر المقروءة آليًا أو الأرقام الستة، أو شغّل الأمر في طرفية.</translation>
        </message>
        <message>
            <source>A corner of the document is folded or covered. Lay it flat and take your hand away.</source>
            <translation>إحدى زوايا الوثيقة مطوية أو مغطاة. ضعها مستوية وأبعد يدك.</translation>
        </message>
        <message>
            <source>A correction needs the number of the request that it answers.</source>
            <translation>يتطلب التصحيح رقم الطلب الذي يستجيب له.</translation>
        </message>
        <message>
            <source>A description file in the packet cannot be read.</source>
            <translation>تتعذر قراءة أحد ملفات الوصف في الحزمة.</translation>
        </message>
        <message>
            <source>A device signed a sample in the biometric file and did not say when.</source>
            <translation>وقّع جهاز إحدى العينات في ملف البيانات الحيوية دون أن يذكر متى.</translation>
        </message>
        <message>
            <source>A device signed a sample in the biometric file and did not say which device it is.</source>
            <translation>وقّع جهاز إحدى العينات في ملف البيانات الحيوية دون أن يذكر أي جهاز هو.</translation>
        </message>
        <message>
            <source>A device that is plugged in appears here by itself.</source>
            <translation>يظهر هنا كل جهاز عند توصيله من تلقاء نفسه.</translation>
        </message>
        <message>
            <source>A device's certificate was not valid at the time of the capture that it signed.</source>
            <translation>لم تكن شهادة أحد الأجهزة صالحة وقت الالتقاط الذي وقّعه.</translation>
        </message>
        <message>
            <source>A digit of this number seems to be wrong or missing. Compare it with the card.</source>
            <translation>يبدو أن رقمًا من هذا العدد خاطئ أو ناقص. قارنه بالبطاقة.</translation>
        </message>
        <message>
            <source>A document is missing, unreadable or another person's</source>
            <translation>وثيقة ناقصة أو غير مقروءة أو تخص شخصًا آخر</translation>
        </message>
        <message>
            <source>A document says something else</source>
            <translation>وثيقة تقول شيئًا آخر</translation>
        </message>
        <message>
            <source>A document says something else than what stands here. Look at both and decide which is right.</source>
            <translation>تقول إحدى الوثائق غير ما هو مكتوب هنا. انظر إلى الاثنين وقرّر أيهما الصحيح.</translation>
        </message>
        <message>
            <source>A document that MiTrust sent cannot be read.</source>
            <translation>لا يمكن قراءة مستند أرسلته خدمة MiTrust.</translation>
        </message>
        <message>
            <source>A document, or the code of a pre-registration on a telephone. No picture is kept.</source>
            <translation>وثيقة، أو رمز تسجيل مسبق على هاتف. لا تُحفظ أي صورة.</translation>
        </message>
        <message>
            <source>A field has no id: write the name of the schema's field.</source>
            <translation>حقل بلا معرّف (id): اكتب اسم الحقل كما في المخطط.</translation>
        </message>
        <message>
            <source>A file of the face recognition pack cannot be read: {file}.</source>
            <translation>تعذّرت قراءة ملف من حزمة التعرّف على الوجوه: {file}.</translation>
        </message>
        <message>
            <source>A file of the receiver is damaged and cannot be taken over: {file}. Mend or remove it.</source>
            <translation>أحد ملفات المستقبِل تالف ولا يمكن نقله: {file}. أصلحه أو أزله.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) cannot be read.</source>
            <translation>تعذرت قراءة ملف على الشريحة ({file}).</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not signed by the issuer.</source>
            <translation>ملف على الشريحة ({file}) غير موقَّع من جهة الإصدار.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not what the issuer signed.</source>
            <translation>ملف على الشريحة ({file}) ليس ما وقّعته جهة الإصدار.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) is not whole. Lay the document on again and start again.</source>
            <translation>ملف على الشريحة ({file}) غير كامل. ضع الوثيقة من جديد وابدأ من جديد.</translation>
        </message>
        <message>
            <source>A file on the chip ({file}) says that it is larger than any passport's is.</source>
            <translation>ملف على الشريحة ({file}) يقول إنه أكبر من ملفات أي جواز سفر.</translation>
        </message>
        <message>
            <source>A file that stations would be told is no JSON: {file}. None was taken.</source>
            <translation>ملف موجَّه إلى المحطات ليس بصيغة JSON: {file}. لم يُؤخذ أي ملف.</translation>
        </message>
        <message>
            <source>A finger or an eye is marked as an exception: a supervisor has to confirm it.</source>
            <translation>إصبع أو عين مسجّلة كاستثناء: يجب أن يؤكد ذلك مشرف.</translation>
        </message>
        <message>
            <source>A finger or eye that was captured is not good enough. Go back and take it again.</source>
            <translation>جودة إصبع أو عين مما التُقط غير كافية. ارجع وأعد الالتقاط.</translation>
        </message>
        <message>
            <source>A key file of this station is missing. Put the folder 'keys' back from your backup.</source>
            <translation>أحد ملفات المفاتيح لهذه المحطة مفقود. استعد المجلد «keys» من نسختك الاحتياطية.</translation>
        </message>
        <message>
            <source>A keyboard on the screen</source>
            <translation>لوحة مفاتيح على الشاشة</translation>
        </message>
        <message>
            <source>A landmark of the face lies outside the picture.</source>
            <translation>إحدى نقاط معالم الوجه تقع خارج الصورة.</translation>
        </message>
        <message>
            <source>A length in the record does not fit, at byte {offset}.</source>
            <translation>أحد الأطوال في السجل غير صحيح، عند البايت {offset}.</translation>
        </message>
        <message>
            <source>A living face was confirmed, after it had been refused: {refused} times.</source>
            <translation>تأكد وجه حي بعد أن رُفض: {refused} مرات.</translation>
        </message>
        <message>
            <source>A moment, please.</source>
            <translation>لحظة من فضلكم.</translation>
        </message>
        <message>
            <source>A newer set-up file was imported before. Nothing was changed.</source>
            <translation>سبق استيراد ملف إعداد أحدث. لم يتغيّر شيء.</translation>
        </message>
        <message>
            <source>A number in the biometric file is not one.</source>
            <translation>أحد الأرقام في ملف البيانات الحيوية ليس رقمًا.</translation>
        </message>
        <message>
            <source>A packet of the same number and with other content came before. Tell your supervisor.</source>
            <translation>وصلت من قبل حزمة بالرقم نفسه ومحتوى مختلف. أخبر المشرف.</translation>
        </message>
        <message>
            <source>A packet that was accepted is not where it was put. Restore the backup.</source>
            <translation>حزمة قُبلت ليست في المكان الذي وُضعت فيه. استعد النسخة الاحتياطية.</translation>
        </message>
        <message>
            <source>A packet was not kept as it was written. It is not accepted.</source>
            <translation>لم تُحفظ حزمة كما كُتبت. لم تُقبل.</translation>
        </message>
        <message>
            <source>A page came after {seconds} s. Nothing of it was kept.</source>
            <translation>وصلت صفحة بعد {seconds} ث. لم يُحتفظ بأي شيء منها.</translation>
        </message>
        <message>
            <source>A part of the biometric file has an attribute it must not have.</source>
            <translation>يحمل جزء من ملف البيانات الحيوية سمة لا يجوز أن تكون له.</translation>
        </message>
        <message>
            <source>A part of the packet does not tell the version of its ID schema as a number.</source>
            <translation>أحد أجزاء الحزمة لا يذكر رقم إصدار مخطط الهوية.</translation>
        </message>
        <message>
            <source>A part of the packet has two files that differ in case or extension only.</source>
            <translation>يحتوي أحد أجزاء الحزمة على ملفين لا يختلفان إلا في حالة الأحرف أو الامتداد.</translation>
        </message>
        <message>
            <source>A part of the program for judging pictures is missing. Install the program again.</source>
            <translation>جزء البرنامج الذي يقيّم الصور مفقود. أعد تثبيت البرنامج.</translation>
        </message>
        <message>
            <source>A part of the program for judging pictures was changed. Install the program again.</source>
            <translation>تم تغيير جزء البرنامج الذي يقيّم الصور. أعد تثبيت البرنامج.</translation>
        </message>
        <message>
            <source>A part of this update is not what was signed. Copy it again; if it stays so, do not install it.</source>
            <translation>جزء من هذا التحديث ليس ما جرى توقيعه. انسخه مرة أخرى؛ وإن بقي كذلك فلا تثبّته.</translation>
        </message>
        <message>
            <source>A password is needed: name a file that holds it with {option}, or run in a terminal.</source>
            <translation>كلمة المرور مطلوبة: حدد بالخيار ⁦{option}⁩ ملفًا يحتويها، أو شغّل البرنامج في نافذة طرفية.</translation>
        </message>
        <message>
            <source>A photo of what cannot be captured</source>
            <translation>صورة لما لا يمكن التقاطه</translation>
        </message>
        <message>
            <source>A picture for the simulated devices cannot be read: {file}.</source>
            <translation>تتعذر قراءة صورة مخصصة للأجهزة المحاكية: ⁦{file}⁩.</translation>
        </message>
        <message>
            <source>A picture of this registration is damaged on the disk. Capture it again.</source>
            <translation>إحدى صور هذا التسجيل تالفة على القرص. التقطها من جديد.</translation>
        </message>
        <message>
            <source>A picture of this registration is missing on the disk. Capture it again.</source>
            <translation>إحدى صور هذا التسجيل مفقودة من القرص. التقطها من جديد.</translation>
        </message>
        <message>
            <source>A poor capture is kept: a supervisor has to confirm it.</source>
            <translation>احتُفظ بالتقاط ضعيف: يجب أن يؤكد ذلك مشرف.</translation>
        </message>
        <message>
            <source>A proofing method needs the secret {key}, which this station does not have. Tell your administrator.</source>
            <translation>تحتاج إحدى طرق التحقق إلى السر {key} غير الموجود في هذه المحطة. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>A quality in the biometric file is not a number from 0 to 100.</source>
            <translation>إحدى درجات الجودة في ملف البيانات الحيوية ليست رقمًا من 0 إلى 100.</translation>
        </message>
        <message>
            <source>A quality score in the record is neither 0 to 100 nor 255.</source>
            <translation>إحدى درجات الجودة في السجل ليست بين 0 و100 ولا تساوي 255.</translation>
        </message>
        <message>
            <source>A reason is given for what is rejected or sent back, and for nothing else.</source>
            <translation>يُذكر السبب لما يُرفض أو يُعاد، ولا يُذكر لغير ذلك.</translation>
        </message>
        <message>
            <source>A request cannot be read: {part} is missing or has a wrong form.</source>
            <translation>تعذّرت قراءة طلب: {part} غير موجود أو بصيغة خاطئة.</translation>
        </message>
        <message>
            <source>A request for bookings cannot be read: {part} is missing or has a wrong form.</source>
            <translation>لا يمكن قراءة طلب المواعيد: {part} مفقود أو صيغته خاطئة.</translation>
        </message>
        <message>
            <source>A request to relay answers cannot be read: {part} is missing or has a wrong form.</source>
            <translation>لا يمكن قراءة طلب ترحيل الأجوبة: {part} ناقص أو صيغته خاطئة.</translation>
        </message>
        <message>
            <source>A request to sign in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>تعذّرت قراءة طلب تسجيل الدخول: {part} غير موجود أو بصيغة خاطئة.</translation>
        </message>
        <message>
            <source>A resolution in the record is not within 490 to 1010 pixels per inch.</source>
            <translation>إحدى قيم الدقة في السجل ليست بين 490 و1010 بكسل في البوصة.</translation>
        </message>
        <message>
            <source>A sample in the biometric file does not say what was captured.</source>
            <translation>لا توضح إحدى العينات في ملف البيانات الحيوية ما الذي التُقط.</translation>
        </message>
        <message>
            <source>A sample in the biometric file has no description.</source>
            <translation>إحدى العينات في ملف البيانات الحيوية بلا وصف.</translation>
        </message>
        <message>
            <source>A sample in the biometric file has no record and is not marked as an exception.</source>
            <translation>إحدى العينات في ملف البيانات الحيوية بلا سجل وغير مسجلة كاستثناء.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is marked as an exception, and has a record all the same.</source>
            <translation>إحدى العينات في ملف البيانات الحيوية معلّمة كاستثناء، ومع ذلك فيها تسجيل.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is not signed by its device.</source>
            <translation>إحدى العينات في ملف البيانات الحيوية غير موقعة من جهازها.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another finger or eye than its device signed.</source>
            <translation>إحدى العينات في ملف البيانات الحيوية لإصبع أو عين غير ما وقّعه جهازها.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another finger or eye than its record says.</source>
            <translation>إحدى العينات في ملف البيانات الحيوية لإصبع أو عين غير ما يذكره تسجيلها.</translation>
        </message>
        <message>
            <source>A sample in the biometric file is of another kind than its device signed.</source>
            <translation>إحدى العينات في ملف البيانات الحيوية من نوع غير الذي وقّعه جهازها.</translation>
        </message>
        <message>
            <source>A sample in the biometric file lacks the list of how it was captured.</source>
            <translation>تنقص إحدى العينات في ملف البيانات الحيوية القائمة التي تبيّن كيفية التقاطها.</translation>
        </message>
        <message>
            <source>A sample in the biometric file names a format that does not fit what was captured.</source>
            <translation>تذكر إحدى العينات في ملف البيانات الحيوية صيغة لا تناسب ما التُقط.</translation>
        </message>
        <message>
            <source>A secret has a name and at least one letter.</source>
            <translation>للسر اسم وحرف واحد على الأقل.</translation>
        </message>
        <message>
            <source>A set-up file</source>
            <translation>ملف إعداد</translation>
        </message>
        <message>
            <source>A small child needs somebody who brings it: of that person no face, finger or eye was captured.</source>
            <translation>الطفل الصغير يحتاج إلى من يرافقه: لم يُلتقط لذلك الشخص وجه ولا إصبع ولا عين.</translation>
        </message>
        <message>
            <source>A small child needs somebody who brings it: that person's identity number or registration number is missing.</source>
            <translation>الطفل الصغير يحتاج إلى من يرافقه: رقم هوية ذلك الشخص أو رقم تسجيله ناقص.</translation>
        </message>
        <message>
            <source>A station's number has the form CENTER_MACHINE, both of digits.</source>
            <translation>رقم المحطة على صورة CENTER_MACHINE، وكلاهما أرقام.</translation>
        </message>
        <message>
            <source>A station's request to be let in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>لا يمكن قراءة طلب محطة السماحَ لها: {part} ناقص أو صيغته خاطئة.</translation>
        </message>
        <message>
            <source>A step may not have a name that begins with $: {node}.</source>
            <translation>لا يجوز أن يبدأ اسم الخطوة بالرمز $: ‏{node}.</translation>
        </message>
        <message>
            <source>A step took very long</source>
            <translation>استغرقت خطوة وقتًا طويلًا جدًا</translation>
        </message>
        <message>
            <source>A step was very quick</source>
            <translation>كانت خطوة سريعة جدًا</translation>
        </message>
        <message>
            <source>A stolen disk is worth nothing then. If this computer breaks, what was not sent yet is lost, unless your administrator makes a note of its secret.</source>
            <translation>عندئذ لا قيمة لقرص مسروق. إذا تعطّل هذا الحاسوب ضاع ما لم يُرسل بعد، إلا إذا دوّن المسؤول سره.</translation>
        </message>
        <message>
            <source>A stored file was changed or damaged on this computer. Call your supervisor.</source>
            <translation>تم تغيير ملف محفوظ على هذا الحاسوب أو إتلافه. اتصل بالمشرف.</translation>
        </message>
        <message>
            <source>A stored proof of identity cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation>تعذرت قراءة عملية تحقق محفوظة من الهوية. اتصل بالمشرف؛ لم يُحذف شيء.</translation>
        </message>
        <message>
            <source>A stored registration cannot be read. Call your supervisor; nothing was deleted.</source>
            <translation>تتعذر قراءة تسجيل محفوظ. اتصل بالمشرف؛ لم يُحذف أي شيء.</translation>
        </message>
        <message>
            <source>A supervisor ended this proof.</source>
            <translation>أنهى مشرف هذا الإثبات.</translation>
        </message>
        <message>
            <source>A supervisor has to confirm something before you sign: an exception, a poor capture, or who brings a child.</source>
            <translation>على المشرف أن يؤكد أمرًا قبل أن توقّع: استثناءً أو التقاطًا ضعيفًا أو من يرافق طفلًا.</translation>
        </message>
        <message>
            <source>A supervisor has to vouch for this person. Ask one to sign in and go on.</source>
            <translation>يجب أن يشهد مشرف لهذا الشخص. اطلب منه تسجيل الدخول والمتابعة.</translation>
        </message>
        <message>
            <source>A supervisor has yet to look at this registration. The proof can be taken after that.</source>
            <translation>لم ينظر مشرف بعد في هذا التسجيل. يمكن أخذ الإثبات بعد ذلك.</translation>
        </message>
        <message>
            <source>A test takes at most 20 seconds. Nothing that a device takes meanwhile is kept.</source>
            <translation>يستغرق الفحص 20 ثانية على الأكثر. لا يُحتفظ بأي شيء يلتقطه الجهاز خلاله.</translation>
        </message>
        <message>
            <source>A text of a sample has a character that biometric files cannot hold. Capture the sample again.</source>
            <translation>يحتوي نص في إحدى العينات على رمز لا تستطيع ملفات البيانات الحيوية حفظه. التقط العينة مرة أخرى.</translation>
        </message>
        <message>
            <source>A time in the biometric file is not one.</source>
            <translation>أحد الأوقات في ملف البيانات الحيوية ليس وقتًا صحيحًا.</translation>
        </message>
        <message>
            <source>A time that a device signed in the biometric file has another form than 2026-01-31T12:59:59Z.</source>
            <translation>وقت وقّعه جهاز في ملف البيانات الحيوية ليس بصيغة 2026-01-31T12:59:59Z.</translation>
        </message>
        <message>
            <source>A trip takes from 0 to {days} days and from 0 to {people} people.</source>
            <translation>تكون الرحلة من 0 إلى {days} يومًا ومن 0 إلى {people} شخصًا.</translation>
        </message>
        <message>
            <source>A user name has 2 to 50 letters, digits, dots, dashes or underscores.</source>
            <translation>يتكون اسم المستخدم من 2 إلى 50 حرفًا أو رقمًا أو نقطة أو شرطة أو شرطة سفلية.</translation>
        </message>
        <message>
            <source>A verified document or wallet shows who this person is, and the face is theirs.</source>
            <translation>وثيقة أو محفظة موثَّقة تُبيّن من هو هذا الشخص، والوجه وجهه.</translation>
        </message>
        <message>
            <source>A word in it is on the list of words that names do not hold. Write it differently, or say why it stays.</source>
            <translation>إحدى الكلمات موجودة في قائمة الكلمات غير المرغوب فيها. اكتبها بطريقة أخرى، أو اذكر سبب بقائها.</translation>
        </message>
        <message>
            <source>A yes or no in the biometric file is neither.</source>
            <translation>إحدى قيم نعم أو لا في ملف البيانات الحيوية ليست أيًّا منهما.</translation>
        </message>
        <message>
            <source>A4 sheet</source>
            <translation>ورقة A4</translation>
        </message>
        <message>
            <source>A5 sheet</source>
            <translation>ورقة A5</translation>
        </message>
        <message>
            <source>Add</source>
            <translation>إضافة</translation>
        </message>
        <message>
            <source>Add a page</source>
            <translation>إضافة صفحة</translation>
        </message>
        <message>
            <source>Address</source>
            <translation>العنوان</translation>
        </message>
        <message>
            <source>Administration</source>
            <translation>الإدارة</translation>
        </message>
        <message>
            <source>Administrator</source>
            <translation>مدير النظام</translation>
        </message>
        <message>
            <source>Age</source>
            <translation>العمر</translation>
        </message>
        <message>
            <source>Age in years</source>
            <translation>العمر بالسنوات</translation>
        </message>
        <message>
            <source>All figures of these days as one signed file (PDF)</source>
            <translation>كل أرقام هذه الأيام في ملف واحد موقّع (PDF)</translation>
        </message>
        <message>
            <source>All of these are marked as exceptions; there is nothing to capture.</source>
            <translation>كل هذه العناصر مسجلة كاستثناءات؛ لا يوجد ما يُلتقط.</translation>
        </message>
        <message>
            <source>All of these, in any order</source>
            <translation>كل هذه، بأي ترتيب</translation>
        </message>
        <message>
            <source>All that were asked are there.</source>
            <translation>كل ما سُئل متاح.</translation>
        </message>
        <message>
            <source>An app on your telephone that shows a new code every half minute. It needs no network.</source>
            <translation>تطبيق على هاتفك يعرض رمزًا جديدًا كل نصف دقيقة. لا يحتاج إلى شبكة.</translation>
        </message>
        <message>
            <source>An earlier registration at this station shows a face like this one. Compare the pictures: it may be the same person.</source>
            <translation>يُظهر تسجيل سابق في هذه المحطة وجهًا شبيهًا بهذا الوجه. قارن الصور: قد يكون الشخص نفسه.</translation>
        </message>
        <message>
            <source>An enrollment request has a place for the captures of one person only. Send this registration as a packet.</source>
            <translation>لا يتسع طلب التسجيل إلا للقطات شخص واحد. أرسل هذا التسجيل في حزمة.</translation>
        </message>
        <message>
            <source>An entry of the biometric file does not say what it is about.</source>
            <translation>لا يوضح أحد مدخلات ملف البيانات الحيوية ما الذي يخصه.</translation>
        </message>
        <message>
            <source>An index in the biometric file does not have the form of a UUID.</source>
            <translation>أحد الفهارس في ملف البيانات الحيوية ليس على صيغة UUID.</translation>
        </message>
        <message>
            <source>An introducer who has proven their identity number at this station says it.</source>
            <translation>مُعرِّف أثبت رقم هويته في هذه المحطة يذكره.</translation>
        </message>
        <message>
            <source>An update needs the person's UIN.</source>
            <translation>يتطلب التحديث رقم UIN الخاص بالشخص.</translation>
        </message>
        <message>
            <source>Another device answered than the {kind} that was chosen. Look at what is connected.</source>
            <translation>أجاب جهاز غير الجهاز المختار ({kind}). انظر ما الموصول.</translation>
        </message>
        <message>
            <source>Another device …</source>
            <translation>جهاز آخر…</translation>
        </message>
        <message>
            <source>Another program is using the station's data. Try again in a moment.</source>
            <translation>يستخدم برنامج آخر بيانات المحطة. حاول مرة أخرى بعد لحظات.</translation>
        </message>
        <message>
            <source>Another reason</source>
            <translation>سبب آخر</translation>
        </message>
        <message>
            <source>Another reason, for now</source>
            <translation>سبب آخر، مؤقت</translation>
        </message>
        <message>
            <source>Another reason, lasting</source>
            <translation>سبب آخر، دائم</translation>
        </message>
        <message>
            <source>Another station accepted to review registrations</source>
            <translation>قُبلت محطة أخرى لمراجعة التسجيلات</translation>
        </message>
        <message>
            <source>Another station's packets accepted from now on</source>
            <translation>تُقبل حزم محطة أخرى من الآن</translation>
        </message>
        <message>
            <source>Another station's registration taken in for review</source>
            <translation>أُخذ تسجيل محطة أخرى للمراجعة</translation>
        </message>
        <message>
            <source>Answered</source>
            <translation>وقت الإجابة</translation>
        </message>
        <message>
            <source>Approve</source>
            <translation>موافقة</translation>
        </message>
        <message>
            <source>Approve all that need no look</source>
            <translation>الموافقة على كل ما لا يحتاج إلى نظر</translation>
        </message>
        <message>
            <source>Approve {count} that need no look</source>
            <translation>الموافقة على {count} لا تحتاج إلى نظر</translation>
        </message>
        <message>
            <source>As many of these as possible</source>
            <translation>أكبر عدد ممكن من هذه</translation>
        </message>
        <message>
            <source>As shipped</source>
            <translation>الأصلية</translation>
        </message>
        <message>
            <source>As the computer is set</source>
            <translation>كما هو مضبوط في الحاسوب</translation>
        </message>
        <message>
            <source>Ask about: {fields}.</source>
            <translation>اسأل الشخص عن: {fields}.</translation>
        </message>
        <message>
            <source>Ask the person to lay both thumbs side by side on the glass.</source>
            <translation>اطلب من الشخص أن يضع الإبهامين جنبًا إلى جنب على الزجاج.</translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the left hand flat on the glass.</source>
            <translation>اطلب من الشخص أن يضع أصابع اليد اليسرى الأربع مبسوطة على الزجاج.</translation>
        </message>
        <message>
            <source>Ask the person to lay the four fingers of the right hand flat on the glass.</source>
            <translation>اطلب من الشخص أن يضع أصابع اليد اليمنى الأربع مبسوطة على الزجاج.</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the camera.</source>
            <translation>اطلب من الشخص أن ينظر مباشرة إلى الكاميرا.</translation>
        </message>
        <message>
            <source>Ask the person to look straight into the iris camera with both eyes wide open.</source>
            <translation>اطلب من الشخص أن ينظر مباشرة إلى كاميرا القزحية وعيناه مفتوحتان تمامًا.</translation>
        </message>
        <message>
            <source>Ask the person, or copy from a document. What is marked with * must be there.</source>
            <translation>اسأل الشخص أو انقل البيانات من وثيقة. الحقول المعلّمة بالعلامة * إلزامية.</translation>
        </message>
        <message>
            <source>Ask what the person remembers: each detail helps to find the number. None is required.</source>
            <translation>اسأل الشخص عمّا يتذكره: كل معلومة تساعد في العثور على الرقم. لا شيء إلزامي.</translation>
        </message>
        <message>
            <source>Ask your supervisor to look at this proof.</source>
            <translation>اطلب من المشرف أن ينظر في هذا الإثبات.</translation>
        </message>
        <message>
            <source>Asked for in no process: no trigger names one.</source>
            <translation>غير مطلوب في أي إجراء: لا يذكر أي مشغّل إجراءً.</translation>
        </message>
        <message>
            <source>Asked for in: {processes}</source>
            <translation>مطلوب في: {processes}</translation>
        </message>
        <message>
            <source>At least 8 characters.</source>
            <translation>8 أحرف على الأقل.</translation>
        </message>
        <message>
            <source>At least one of these</source>
            <translation>واحدة على الأقل من هذه</translation>
        </message>
        <message>
            <source>At least, %</source>
            <translation>على الأقل، %</translation>
        </message>
        <message>
            <source>At most {sheets} sheets are taken at once. If more lie in the feeder, add them as further pages.</source>
            <translation>تؤخذ {sheets} ورقة على الأكثر في المرة الواحدة. إن بقيت أوراق في الملقّم فأضفها صفحاتٍ أخرى.</translation>
        </message>
        <message>
            <source>At most, %</source>
            <translation>على الأكثر، %</translation>
        </message>
        <message>
            <source>At this age one more document is needed. Go back to the documents and attach it.</source>
            <translation>في هذا العمر تلزم وثيقة إضافية. ارجع إلى الوثائق وأرفقها.</translation>
        </message>
        <message>
            <source>Attempt {number} of {allowed}</source>
            <translation>المحاولة {number} من {allowed}</translation>
        </message>
        <message>
            <source>Attempts before an officer may keep the best</source>
            <translation>المحاولات قبل أن يجوز للموظف الإبقاء على أفضلها</translation>
        </message>
        <message>
            <source>Attestation</source>
            <translation>إفادة</translation>
        </message>
        <message>
            <source>Audit</source>
            <translation>التدقيق</translation>
        </message>
        <message>
            <source>Authentication</source>
            <translation>إثبات الدخول</translation>
        </message>
        <message>
            <source>Authenticator</source>
            <translation>تطبيق المصادقة</translation>
        </message>
        <message>
            <source>Authenticator of an operator removed</source>
            <translation>أُزيل موثّق أحد المشغّلين</translation>
        </message>
        <message>
            <source>Authenticator of an operator set up</source>
            <translation>أُعد موثّق لأحد المشغّلين</translation>
        </message>
        <message>
            <source>Back</source>
            <translation>رجوع</translation>
        </message>
        <message>
            <source>Back of the document</source>
            <translation>ظهر الوثيقة</translation>
        </message>
        <message>
            <source>Back to the desk</source>
            <translation>إلى الصفحة الرئيسية</translation>
        </message>
        <message>
            <source>Bandage, covering or glasses</source>
            <translation>ضمادة أو غطاء أو نظارة</translation>
        </message>
        <message>
            <source>Became</source>
            <translation>أصبحت</translation>
        </message>
        <message>
            <source>Begin</source>
            <translation>ابدأ</translation>
        </message>
        <message>
            <source>Begin again</source>
            <translation>البدء من جديد</translation>
        </message>
        <message>
            <source>Begin this step anew</source>
            <translation>إعادة هذه الخطوة من البداية</translation>
        </message>
        <message>
            <source>Being judged …</source>
            <translation>جارٍ التقييم …</translation>
        </message>
        <message>
            <source>Being taken. The person stays like this until it is good.</source>
            <translation>جارٍ الالتقاط. يبقى الشخص هكذا حتى تكون النتيجة جيدة.</translation>
        </message>
        <message>
            <source>Belongs to</source>
            <translation>يتبع</translation>
        </message>
        <message>
            <source>Biometric exception cleared</source>
            <translation>أُلغي استثناء حيوي</translation>
        </message>
        <message>
            <source>Biometric exception marked</source>
            <translation>وُضع استثناء حيوي</translation>
        </message>
        <message>
            <source>Biometric sample captured</source>
            <translation>التُقطت عينة حيوية</translation>
        </message>
        <message>
            <source>Biometric sample judged by the station</source>
            <translation>قيّمت المحطة عينة حيوية</translation>
        </message>
        <message>
            <source>Biometric sample set aside</source>
            <translation>نُحيت عينة حيوية</translation>
        </message>
        <message>
            <source>Biometrics</source>
            <translation>القياسات الحيوية</translation>
        </message>
        <message>
            <source>Block</source>
            <translation>حظر</translation>
        </message>
        <message>
            <source>Blocklisted words stay</source>
            <translation>بقيت كلمات محظورة</translation>
        </message>
        <message>
            <source>Born</source>
            <translation>الميلاد</translation>
        </message>
        <message>
            <source>Both hands</source>
            <translation>كلتا اليدين</translation>
        </message>
        <message>
            <source>Browsers cannot come back to this computer: {port} is no port, or another program has it (MUSTER_BROWSER_PORT).</source>
            <translation>لا تستطيع المتصفحات العودة إلى هذا الحاسوب: {port} ليس منفذًا، أو يستخدمه برنامج آخر (MUSTER_BROWSER_PORT).</translation>
        </message>
        <message>
            <source>Busy</source>
            <translation>يستخدمه برنامج آخر</translation>
        </message>
        <message>
            <source>By its chip the document has expired.</source>
            <translation>بحسب شريحتها انتهت صلاحية الوثيقة.</translation>
        </message>
        <message>
            <source>By its date it has expired.</source>
            <translation>بحسب تاريخها فقد انتهت صلاحيتها.</translation>
        </message>
        <message>
            <source>By the clock of this computer ({now}) this update is too old. Check the clock; if it is right, ask for a newer update.</source>
            <translation>بحسب ساعة هذا الحاسوب ({now}) هذا التحديث قديم جدًا. تحقّق من الساعة؛ فإن كانت صحيحة فاطلب تحديثًا أحدث.</translation>
        </message>
        <message>
            <source>By {names}</source>
            <translation>بواسطة {names}</translation>
        </message>
        <message>
            <source>Can prove: {level}</source>
            <translation>يمكن أن يثبت: {level}</translation>
        </message>
        <message>
            <source>Cannot be captured ({count} fingers): why?</source>
            <translation>لا يمكن الالتقاط ({count} أصابع): لماذا؟</translation>
        </message>
        <message>
            <source>Cannot be captured ({fingers}): why?</source>
            <translation>لا يمكن الالتقاط ({fingers}): لماذا؟</translation>
        </message>
        <message>
            <source>Cannot be captured …</source>
            <translation>لا يمكن الالتقاط…</translation>
        </message>
        <message>
            <source>Cannot be held still</source>
            <translation>يتعذّر إبقاؤه ثابتًا</translation>
        </message>
        <message>
            <source>Cannot be laid on the glass</source>
            <translation>لا يمكن وضعه على الزجاج</translation>
        </message>
        <message>
            <source>Cannot move as asked</source>
            <translation>لا يستطيع التحرك كما طُلب منه</translation>
        </message>
        <message>
            <source>Capitals and further signs</source>
            <translation>علامات أخرى وحروف كبيرة</translation>
        </message>
        <message>
            <source>Capture attempted</source>
            <translation>محاولة التقاط</translation>
        </message>
        <message>
            <source>Capture below the threshold</source>
            <translation>لقطة دون الحد</translation>
        </message>
        <message>
            <source>Capture failed</source>
            <translation>فشل الالتقاط</translation>
        </message>
        <message>
            <source>Captures</source>
            <translation>الالتقاط</translation>
        </message>
        <message>
            <source>Captures kept below the threshold: {count}; the lowest has quality {lowest}.</source>
            <translation>لقطات محفوظة دون الحد: {count}؛ أدناها جودتها {lowest}.</translation>
        </message>
        <message>
            <source>Center's gallery could not be asked or told</source>
            <translation>تعذّر سؤال معرض وجوه المركز أو إبلاغه</translation>
        </message>
        <message>
            <source>Centre and machine have five digits each, as the server assigned them.</source>
            <translation>يتكون كل من رقم المركز ورقم الجهاز من خمسة أرقام كما حددها الخادم.</translation>
        </message>
        <message>
            <source>Centre and machine numbers have five digits.</source>
            <translation>يتكون كل من رقم المركز ورقم الجهاز من خمسة أرقام.</translation>
        </message>
        <message>
            <source>Centre number</source>
            <translation>رقم المركز</translation>
        </message>
        <message>
            <source>Centre {center}, machine {machine}</source>
            <translation>المركز {center}، الجهاز {machine}</translation>
        </message>
        <message>
            <source>Certificate of the server's signatures stored</source>
            <translation>حُفظت شهادة توقيعات الخادم</translation>
        </message>
        <message>
            <source>Certificates</source>
            <translation>الشهادات</translation>
        </message>
        <message>
            <source>Change</source>
            <translation>تعديل</translation>
        </message>
        <message>
            <source>Change the password</source>
            <translation>تغيير كلمة المرور</translation>
        </message>
        <message>
            <source>Change the roles</source>
            <translation>تغيير الأدوار</translation>
        </message>
        <message>
            <source>Changed certificate of the server accepted</source>
            <translation>قُبلت شهادة الخادم المتغيرة</translation>
        </message>
        <message>
            <source>Changed settings tried on registrations of before</source>
            <translation>جُربت إعدادات معدّلة على تسجيلات سابقة</translation>
        </message>
        <message>
            <source>Check</source>
            <translation>المراجعة</translation>
        </message>
        <message>
            <source>Check all</source>
            <translation>فحص الكل</translation>
        </message>
        <message>
            <source>Check now</source>
            <translation>فحص الآن</translation>
        </message>
        <message>
            <source>Checks in doubt</source>
            <translation>فحوص مشكوك فيها</translation>
        </message>
        <message>
            <source>Checks that could not be made</source>
            <translation>فحوص تعذّر إجراؤها</translation>
        </message>
        <message>
            <source>Checks that failed</source>
            <translation>فحوص لم تنجح</translation>
        </message>
        <message>
            <source>Checks that went well</source>
            <translation>فحوص نجحت</translation>
        </message>
        <message>
            <source>Chin down a little.</source>
            <translation>أنزِل ذقنك قليلًا.</translation>
        </message>
        <message>
            <source>Chin up a little.</source>
            <translation>ارفع ذقنك قليلًا.</translation>
        </message>
        <message>
            <source>Chip of a document read</source>
            <translation>قُرئت شريحة وثيقة</translation>
        </message>
        <message>
            <source>Choose</source>
            <translation>اختيار</translation>
        </message>
        <message>
            <source>Choose a file and take it</source>
            <translation>اختيار ملف وأخذه</translation>
        </message>
        <message>
            <source>Choose a line and press F2 to change it.</source>
            <translation>اختر سطرًا واضغط F2 لتغييره.</translation>
        </message>
        <message>
            <source>Choose a picture for each page</source>
            <translation>اختر صورة لكل صفحة</translation>
        </message>
        <message>
            <source>Choose a reason.</source>
            <translation>اختر سببًا.</translation>
        </message>
        <message>
            <source>Choose a record, or search for a registration: its story stands here.</source>
            <translation>اختر سجلًا أو ابحث عن تسجيل: تظهر قصته هنا.</translation>
        </message>
        <message>
            <source>Choose and test</source>
            <translation>اختيار وفحص</translation>
        </message>
        <message>
            <source>Choose another capture</source>
            <translation>اختيار التقاط آخر</translation>
        </message>
        <message>
            <source>Choose another way</source>
            <translation>اختيار طريقة أخرى</translation>
        </message>
        <message>
            <source>Choose at least one role.</source>
            <translation>اختر دورًا واحدًا على الأقل.</translation>
        </message>
        <message>
            <source>Choose from a calendar</source>
            <translation>الاختيار من التقويم</translation>
        </message>
        <message>
            <source>Choose one of the entries of the list.</source>
            <translation>اختر أحد خيارات القائمة.</translation>
        </message>
        <message>
            <source>Choose one or more languages, each once.</source>
            <translation>اختر لغة واحدة أو أكثر، كل لغة مرة واحدة فقط.</translation>
        </message>
        <message>
            <source>Choose the kind of document from the list.</source>
            <translation>اختر نوع الوثيقة من القائمة.</translation>
        </message>
        <message>
            <source>Choose the same entry of the list in every language.</source>
            <translation>اختر الخيار نفسه من القائمة في كل اللغات.</translation>
        </message>
        <message>
            <source>Choose which capture of the parent or guardian it shall be, and press Start.</source>
            <translation>اختر ما يُلتقط من ولي الأمر، ثم اضغط «ابدأ».</translation>
        </message>
        <message>
            <source>Choose who works here. The passwords protect everything on this computer: if both are lost, unsent registrations are lost too.</source>
            <translation>حدد من يعمل هنا. تحمي كلمتا المرور كل ما على هذا الحاسوب: إذا فُقدتا معًا، فُقدت كذلك التسجيلات التي لم تُرسل.</translation>
        </message>
        <message>
            <source>Close</source>
            <translation>إغلاق</translation>
        </message>
        <message>
            <source>Close both eyes for a moment, then open them.</source>
            <translation>أغمض عينيك لحظة، ثم افتحهما.</translation>
        </message>
        <message>
            <source>Close the keyboard</source>
            <translation>إغلاق لوحة المفاتيح</translation>
        </message>
        <message>
            <source>Close the mouth.</source>
            <translation>أغلِق فمك.</translation>
        </message>
        <message>
            <source>Code of a person's authenticator given</source>
            <translation>أُعطي رمز موثّق شخص</translation>
        </message>
        <message>
            <source>Code of an authenticator taken</source>
            <translation>قُبل رمز موثّق</translation>
        </message>
        <message>
            <source>Code of your authenticator</source>
            <translation>رمز تطبيق المصادقة</translation>
        </message>
        <message>
            <source>Code of your authenticator, if you have one</source>
            <translation>رمز تطبيق المصادقة، إن كان لديك</translation>
        </message>
        <message>
            <source>Code to be read by the person's telephone</source>
            <translation>رمز يُقرأ بهاتف الشخص</translation>
        </message>
        <message>
            <source>Code to be read by your authenticator app</source>
            <translation>رمز يقرؤه تطبيق المصادقة</translation>
        </message>
        <message>
            <source>Colours and size</source>
            <translation>الألوان والحجم</translation>
        </message>
        <message>
            <source>Come a little closer.</source>
            <translation>اقترب قليلًا.</translation>
        </message>
        <message>
            <source>Comment</source>
            <translation>تعليق</translation>
        </message>
        <message>
            <source>Comment, if there is one</source>
            <translation>تعليق، إن وُجد</translation>
        </message>
        <message>
            <source>Comment; needed for another reason</source>
            <translation>تعليق؛ لازم عند اختيار سبب آخر</translation>
        </message>
        <message>
            <source>Compare the face with the picture on the document, and the name with what was entered.</source>
            <translation>قارنوا الوجه بالصورة على الوثيقة، والاسم بما أُدخل.</translation>
        </message>
        <message>
            <source>Compared with</source>
            <translation>قورن مع</translation>
        </message>
        <message>
            <source>Conditions of the engine {engine} are not understood; use MVEL.</source>
            <translation>شروط المحرّك {engine} غير مفهومة؛ استعمل MVEL.</translation>
        </message>
        <message>
            <source>Configuration</source>
            <translation>التهيئة</translation>
        </message>
        <message>
            <source>Configurations (*.json);;All files (*)</source>
            <translation>ملفات الإعداد (*.json);;كل الملفات (*)</translation>
        </message>
        <message>
            <source>Confirm</source>
            <translation>تأكيد</translation>
        </message>
        <message>
            <source>Confirmed by {name}.</source>
            <translation>أكّده {name}.</translation>
        </message>
        <message>
            <source>Connections</source>
            <translation>الاتصالات</translation>
        </message>
        <message>
            <source>Consent</source>
            <translation>الموافقة</translation>
        </message>
        <message>
            <source>Consent counts only with a signature</source>
            <translation>لا تُحتسب الموافقة إلا بتوقيع</translation>
        </message>
        <message>
            <source>Consent given</source>
            <translation>أُعطيت الموافقة</translation>
        </message>
        <message>
            <source>Content</source>
            <translation>المحتوى</translation>
        </message>
        <message>
            <source>Content exported in another system's words</source>
            <translation>صُدّر المحتوى بصيغة نظام آخر</translation>
        </message>
        <message>
            <source>Continue sending</source>
            <translation>متابعة الإرسال</translation>
        </message>
        <message>
            <source>Copy of a packet handed over on a drive</source>
            <translation>سُلّمت نسخة من حزمة على قرص</translation>
        </message>
        <message>
            <source>Counts from</source>
            <translation>تسري من</translation>
        </message>
        <message>
            <source>Damaged database put aside and rebuilt</source>
            <translation>نُحيت قاعدة البيانات التالفة وأُعيد بناؤها</translation>
        </message>
        <message>
            <source>Dark</source>
            <translation>داكن</translation>
        </message>
        <message>
            <source>Database brought forward to a newer form</source>
            <translation>نُقلت قاعدة البيانات إلى شكل أحدث</translation>
        </message>
        <message>
            <source>Day</source>
            <translation>اليوم</translation>
        </message>
        <message>
            <source>Days a face can be found again here</source>
            <translation>الأيام التي يمكن فيها العثور على الوجه هنا مجددًا</translation>
        </message>
        <message>
            <source>Days a packet may be on its way on a drive</source>
            <translation>الأيام التي يجوز أن تبقى فيها الحزمة في الطريق على وسيط تخزين</translation>
        </message>
        <message>
            <source>Days a packet may wait for review</source>
            <translation>الأيام التي يجوز أن تنتظرها حزمة قبل مراجعتها</translation>
        </message>
        <message>
            <source>Days a sealed packet stays after the server processed it</source>
            <translation>الأيام التي تبقى فيها الحزمة المختومة بعد أن يعالجها الخادم</translation>
        </message>
        <message>
            <source>Days of the oldest review</source>
            <translation>أيام انتظار أقدم مراجعة</translation>
        </message>
        <message>
            <source>Days of the server's certificate for answers</source>
            <translation>أيام شهادة الخادم لإجاباته</translation>
        </message>
        <message>
            <source>Days of the server's certificate for packets</source>
            <translation>أيام شهادة الخادم للحزم</translation>
        </message>
        <message>
            <source>Days over which an officer's exceptions are counted</source>
            <translation>الأيام التي تُحصى خلالها استثناءات الموظف</translation>
        </message>
        <message>
            <source>Days since the server's lists (places, documents) were fetched</source>
            <translation>الأيام منذ جلب قوائم الخادم (الأماكن والوثائق)</translation>
        </message>
        <message>
            <source>Days since the settings were fetched</source>
            <translation>الأيام منذ جلب الإعدادات</translation>
        </message>
        <message>
            <source>Days since the users were fetched</source>
            <translation>الأيام منذ جلب المستخدمين</translation>
        </message>
        <message>
            <source>Days the code on a slip is called valid</source>
            <translation>الأيام التي يُعدّ فيها رمز الإيصال صالحًا</translation>
        </message>
        <message>
            <source>Days the server's list of people may be old</source>
            <translation>العمر المسموح به لقائمة الأشخاص الواردة من الخادم، بالأيام</translation>
        </message>
        <message>
            <source>Days the server's lists may be old</source>
            <translation>العمر المسموح به لقوائم الخادم، بالأيام</translation>
        </message>
        <message>
            <source>Days the server's settings may be old</source>
            <translation>العمر المسموح به لإعدادات الخادم، بالأيام</translation>
        </message>
        <message>
            <source>Days without sending</source>
            <translation>أيام دون إرسال</translation>
        </message>
        <message>
            <source>Days without sending while packets wait</source>
            <translation>الأيام بلا إرسال بينما تنتظر حزم</translation>
        </message>
        <message>
            <source>Decided which of two values is right</source>
            <translation>تقرر أي القيمتين صحيحة</translation>
        </message>
        <message>
            <source>Decision</source>
            <translation>القرار</translation>
        </message>
        <message>
            <source>Decision handed back to another station</source>
            <translation>أُعيد قرار إلى محطة أخرى</translation>
        </message>
        <message>
            <source>Decision of another station carried out</source>
            <translation>نُفذ قرار محطة أخرى</translation>
        </message>
        <message>
            <source>Decisions and reasons</source>
            <translation>القرارات والأسباب</translation>
        </message>
        <message>
            <source>Delete the letter before</source>
            <translation>حذف الحرف السابق</translation>
        </message>
        <message>
            <source>Delivery attempt failed</source>
            <translation>فشلت محاولة التسليم</translation>
        </message>
        <message>
            <source>Delivery of another station's packet failed</source>
            <translation>فشل تسليم حزمة محطة أخرى</translation>
        </message>
        <message>
            <source>Demo station: the password is filled in. Enroll invented people only.</source>
            <translation>محطة تجريبية: كلمة المرور مُدخلة مسبقًا. لا تسجّل إلا أشخاصًا وهميين.</translation>
        </message>
        <message>
            <source>Demographics entered</source>
            <translation>أُدخلت البيانات</translation>
        </message>
        <message>
            <source>Demographics entered, blocklisted words kept</source>
            <translation>أُدخلت البيانات مع إبقاء كلمات محظورة</translation>
        </message>
        <message>
            <source>Demographics kept unfinished</source>
            <translation>حُفظت البيانات غير مكتملة</translation>
        </message>
        <message>
            <source>Details</source>
            <translation>البيانات</translation>
        </message>
        <message>
            <source>Device</source>
            <translation>الجهاز</translation>
        </message>
        <message>
            <source>Device of a kind chosen</source>
            <translation>اختير جهاز من نوع ما</translation>
        </message>
        <message>
            <source>Devices</source>
            <translation>الأجهزة</translation>
        </message>
        <message>
            <source>Digest</source>
            <translation>البصمة الرقمية</translation>
        </message>
        <message>
            <source>Discard</source>
            <translation>حذف</translation>
        </message>
        <message>
            <source>Discard for good?</source>
            <translation>حذف نهائي؟</translation>
        </message>
        <message>
            <source>Document</source>
            <translation>وثيقة</translation>
        </message>
        <message>
            <source>Document attached</source>
            <translation>أُرفقت وثيقة</translation>
        </message>
        <message>
            <source>Document kept with a smaller picture</source>
            <translation>حُفظت الوثيقة بصورة أصغر</translation>
        </message>
        <message>
            <source>Document of a proof taken as the registration's</source>
            <translation>أُخذت وثيقة من إثبات كوثيقة للتسجيل</translation>
        </message>
        <message>
            <source>Document removed</source>
            <translation>أُزيلت وثيقة</translation>
        </message>
        <message>
            <source>Document shared by</source>
            <translation>وثيقة شاركها</translation>
        </message>
        <message>
            <source>Document that was shown here</source>
            <translation>وثيقة قُدّمت هنا</translation>
        </message>
        <message>
            <source>Document, chip, code or pre-registration read for the form</source>
            <translation>قُرئت وثيقة أو شريحة أو رمز أو تسجيل مسبق للنموذج</translation>
        </message>
        <message>
            <source>Documents</source>
            <translation>الوثائق</translation>
        </message>
        <message>
            <source>Done.</source>
            <translation>تم.</translation>
        </message>
        <message>
            <source>Done: this is the code</source>
            <translation>تم: هذا هو الرمز</translation>
        </message>
        <message>
            <source>Drivers of devices that may be loaded</source>
            <translation>برامج تشغيل الأجهزة التي يجوز تحميلها</translation>
        </message>
        <message>
            <source>Drivers that are not loaded</source>
            <translation>برامج تشغيل غير محمّلة</translation>
        </message>
        <message>
            <source>Driving licence</source>
            <translation>رخصة القيادة</translation>
        </message>
        <message>
            <source>Dry or wet skin</source>
            <translation>بشرة جافة أو رطبة</translation>
        </message>
        <message>
            <source>Duplicates</source>
            <translation>التكرارات</translation>
        </message>
        <message>
            <source>E-mail address</source>
            <translation>البريد الإلكتروني</translation>
        </message>
        <message>
            <source>Earlier faces that look like this one: {count}. Compare them.</source>
            <translation>وجوه سابقة تشبه هذا الوجه: {count}. قارن بينها.</translation>
        </message>
        <message>
            <source>Encoded data in the biometric file is damaged.</source>
            <translation>بيانات مرمّزة في ملف البيانات الحيوية تالفة.</translation>
        </message>
        <message>
            <source>End it</source>
            <translation>إنهاء</translation>
        </message>
        <message>
            <source>End the registration? Nothing is kept.</source>
            <translation>إنهاء التسجيل؟ لن يُحفظ أي شيء.</translation>
        </message>
        <message>
            <source>End this proof</source>
            <translation>إنهاء هذا الإثبات</translation>
        </message>
        <message>
            <source>Enrolled: {names}</source>
            <translation>المسجّل: {names}</translation>
        </message>
        <message>
            <source>Enter</source>
            <translation>Enter</translation>
        </message>
        <message>
            <source>Enter: next empty field · Ctrl+Enter: Next</source>
            <translation>‏Enter: الحقل الفارغ التالي · ‏Ctrl+Enter: التالي</translation>
        </message>
        <message>
            <source>Esc</source>
            <translation>Esc</translation>
        </message>
        <message>
            <source>Everything is kept as you go.</source>
            <translation>يُحفظ كل شيء أثناء العمل.</translation>
        </message>
        <message>
            <source>Everything is taken.</source>
            <translation>تم التقاط كل شيء.</translation>
        </message>
        <message>
            <source>Everything succeeded, but it does not prove enough for this purpose.</source>
            <translation>نجحت كل الخطوات، لكنها لا تكفي لإثبات الهوية لهذا الغرض.</translation>
        </message>
        <message>
            <source>Evidence</source>
            <translation>الأدلة</translation>
        </message>
        <message>
            <source>Evidence of an identity shown to a supervisor</source>
            <translation>عُرضت أدلة هوية على مشرف</translation>
        </message>
        <message>
            <source>Exception photo</source>
            <translation>صورة الاستثناء</translation>
        </message>
        <message>
            <source>Exceptions</source>
            <translation>الاستثناءات</translation>
        </message>
        <message>
            <source>Exported content accepted by another server</source>
            <translation>قبل خادم آخر المحتوى المصدَّر</translation>
        </message>
        <message>
            <source>Eye cannot be captured (illness)</source>
            <translation>مرض في العين</translation>
        </message>
        <message>
            <source>Eye injured or bandaged</source>
            <translation>العين مصابة أو مضمّدة</translation>
        </message>
        <message>
            <source>Eye missing</source>
            <translation>العين مفقودة</translation>
        </message>
        <message>
            <source>Eyes</source>
            <translation>العينان</translation>
        </message>
        <message>
            <source>Face</source>
            <translation>الوجه</translation>
        </message>
        <message>
            <source>Face and fingers</source>
            <translation>الوجه والأصابع</translation>
        </message>
        <message>
            <source>Face searched for among those captured here</source>
            <translation>بُحث عن الوجه بين الوجوه الملتقطة هنا</translation>
        </message>
        <message>
            <source>Face, fingers and eyes</source>
            <translation>الوجه والأصابع والعينان</translation>
        </message>
        <message>
            <source>Face, fingers or eyes are to be captured again</source>
            <translation>يجب إعادة التقاط الوجه أو الأصابع أو العينين</translation>
        </message>
        <message>
            <source>Face, hands and eyes</source>
            <translation>الوجه واليدان والعينان</translation>
        </message>
        <message>
            <source>Faces are compared at the center, too</source>
            <translation>تُقارَن الوجوه في المركز أيضًا</translation>
        </message>
        <message>
            <source>Faces like this one found, for a supervisor to compare</source>
            <translation>عُثر على وجوه مشابهة ليقارنها مشرف</translation>
        </message>
        <message>
            <source>Failed attempts</source>
            <translation>محاولات فاشلة</translation>
        </message>
        <message>
            <source>Family name</source>
            <translation>اسم العائلة</translation>
        </message>
        <message>
            <source>Faults to be mended: {count}</source>
            <translation>أخطاء يجب إصلاحها: {count}</translation>
        </message>
        <message>
            <source>Fetch</source>
            <translation>جلب</translation>
        </message>
        <message>
            <source>Fetch the pre-registration</source>
            <translation>جلب التسجيل المسبق</translation>
        </message>
        <message>
            <source>Fetching …</source>
            <translation>جارٍ الجلب …</translation>
        </message>
        <message>
            <source>Fields filled in from what was read</source>
            <translation>مُلئت الحقول مما قُرئ</translation>
        </message>
        <message>
            <source>Fields in which blocklisted words stay, with a reason: {count}. Read why.</source>
            <translation>حقول بقيت فيها كلمات غير مرغوب فيها مع ذكر السبب: {count}. اقرأ السبب.</translation>
        </message>
        <message>
            <source>Fields in which what was typed differs from what a document says: {count}.</source>
            <translation>حقول يختلف فيها المكتوب عما تقوله وثيقة: {count}.</translation>
        </message>
        <message>
            <source>Figure before</source>
            <translation>الأرقام السابقة</translation>
        </message>
        <message>
            <source>Figures</source>
            <translation>الأرقام</translation>
        </message>
        <message>
            <source>Figures of everybody's work shown to a supervisor</source>
            <translation>عُرضت أرقام عمل الجميع على مشرف</translation>
        </message>
        <message>
            <source>Figures written to a file</source>
            <translation>كُتبت الأرقام في ملف</translation>
        </message>
        <message>
            <source>File behind evidence copied by a supervisor</source>
            <translation>نسخ مشرفٌ ملفًا من الأدلة</translation>
        </message>
        <message>
            <source>File behind evidence shown to a supervisor</source>
            <translation>عُرض ملف من الأدلة على مشرف</translation>
        </message>
        <message>
            <source>Fill in {count} details</source>
            <translation>ملء {count} من البيانات</translation>
        </message>
        <message>
            <source>Filled in at home?</source>
            <translation>هل مُلئت في البيت؟</translation>
        </message>
        <message>
            <source>Filled in: {fields}.</source>
            <translation>مُلئ: {fields}.</translation>
        </message>
        <message>
            <source>Find a place</source>
            <translation>البحث عن مكان</translation>
        </message>
        <message>
            <source>Find a registration by its number or by the person's name</source>
            <translation>ابحث عن تسجيل برقمه أو باسم الشخص</translation>
        </message>
        <message>
            <source>Finger</source>
            <translation>الإصبع</translation>
        </message>
        <message>
            <source>Finger and face</source>
            <translation>الإصبع والوجه</translation>
        </message>
        <message>
            <source>Finger injured or bandaged</source>
            <translation>الإصبع مصاب أو مضمّد</translation>
        </message>
        <message>
            <source>Finger missing</source>
            <translation>الإصبع مفقود</translation>
        </message>
        <message>
            <source>Finger, eye, face</source>
            <translation>إصبع، عين، وجه</translation>
        </message>
        <message>
            <source>Fingers and eyes</source>
            <translation>الأصابع والعينان</translation>
        </message>
        <message>
            <source>Fingers or eyes marked as not to be captured: {count}, of them for good: {permanent}.</source>
            <translation>أصابع أو عيون عُلّم أنها لا تُلتقط: {count}، منها نهائيًا: {permanent}.</translation>
        </message>
        <message>
            <source>First the person agrees to: {names}</source>
            <translation>يوافق الشخص أولاً على: {names}</translation>
        </message>
        <message>
            <source>First try, %</source>
            <translation>أول محاولة، %</translation>
        </message>
        <message>
            <source>For now</source>
            <translation>مؤقت</translation>
        </message>
        <message>
            <source>Forced, %</source>
            <translation>حُفظ دون الحد، %</translation>
        </message>
        <message>
            <source>Forms</source>
            <translation>النماذج</translation>
        </message>
        <message>
            <source>Forms and lists</source>
            <translation>النماذج والقوائم</translation>
        </message>
        <message>
            <source>From a file …</source>
            <translation>من ملف…</translation>
        </message>
        <message>
            <source>From sealing to the server's answer it takes {minutes} minutes for half of the packets.</source>
            <translation>من الختم إلى ردّ الخادم تمرّ {minutes} دقيقة لنصف الحزم.</translation>
        </message>
        <message>
            <source>From the beginning</source>
            <translation>من البداية</translation>
        </message>
        <message>
            <source>From: {source} ({sure})</source>
            <translation>المصدر: {source} ({sure})</translation>
        </message>
        <message>
            <source>Front of the document</source>
            <translation>وجه الوثيقة</translation>
        </message>
        <message>
            <source>GPS receiver</source>
            <translation>جهاز استقبال GPS</translation>
        </message>
        <message>
            <source>Give the new password</source>
            <translation>منح كلمة المرور الجديدة</translation>
        </message>
        <message>
            <source>Given names</source>
            <translation>الأسماء الشخصية</translation>
        </message>
        <message>
            <source>Go on</source>
            <translation>متابعة</translation>
        </message>
        <message>
            <source>Go on (Space)</source>
            <translation>متابعة (مفتاح المسافة)</translation>
        </message>
        <message>
            <source>Go on with other things</source>
            <translation>متابعة أعمال أخرى</translation>
        </message>
        <message>
            <source>Go through it with the person. Change leads to each part and back here.</source>
            <translation>راجع الصفحة مع الشخص. «تغيير» يقود إلى كل جزء ثم يعود إلى هنا.</translation>
        </message>
        <message>
            <source>Go through it with the person. Press a part to change it.</source>
            <translation>راجعه مع الشخص. اضغط على جزء لتعديله.</translation>
        </message>
        <message>
            <source>Go through this with the person, one step after the other.</source>
            <translation>مرّوا على هذا مع الشخص خطوة خطوة.</translation>
        </message>
        <message>
            <source>Good at my first try</source>
            <translation>جيدة من محاولتي الأولى</translation>
        </message>
        <message>
            <source>Good at the first try</source>
            <translation>جيدة من أول محاولة</translation>
        </message>
        <message>
            <source>Good until</source>
            <translation>صالح حتى</translation>
        </message>
        <message>
            <source>Good, thank you.</source>
            <translation>جيد، شكرًا.</translation>
        </message>
        <message>
            <source>Good. Hold still …</source>
            <translation>جيد. لا تتحرك…</translation>
        </message>
        <message>
            <source>Handed in</source>
            <translation>وقت التقديم</translation>
        </message>
        <message>
            <source>Head of the trail: {digest}</source>
            <translation>رأس السجل: {digest}</translation>
        </message>
        <message>
            <source>High contrast</source>
            <translation>تباين عالٍ</translation>
        </message>
        <message>
            <source>Hints</source>
            <translation>إرشادات</translation>
        </message>
        <message>
            <source>Hints, at the top, says on every page what to do.</source>
            <translation>«إرشادات» في الأعلى تقول في كل صفحة ما ينبغي فعله.</translation>
        </message>
        <message>
            <source>Hold</source>
            <translation>تعليق</translation>
        </message>
        <message>
            <source>Hold it before the camera …</source>
            <translation>ضعه أمام الكاميرا…</translation>
        </message>
        <message>
            <source>Hour</source>
            <translation>الساعة</translation>
        </message>
        <message>
            <source>Hours content stays after delivery for its slip</source>
            <translation>الساعات التي يبقى فيها المحتوى بعد الإرسال من أجل إيصاله</translation>
        </message>
        <message>
            <source>How far back</source>
            <translation>إلى أي مدى في الماضي</translation>
        </message>
        <message>
            <source>How large the page is in truth is not known.</source>
            <translation>الحجم الحقيقي للصفحة غير معروف.</translation>
        </message>
        <message>
            <source>How long things are kept</source>
            <translation>مدة الاحتفاظ</translation>
        </message>
        <message>
            <source>How long this station can go on</source>
            <translation>إلى متى يمكن لهذه المحطة أن تعمل</translation>
        </message>
        <message>
            <source>How sure a reading has to be (0 to 1)</source>
            <translation>مدى الثقة المطلوبة في القراءة (من 0 إلى 1)</translation>
        </message>
        <message>
            <source>I compared them: it is the same person.</source>
            <translation>قارنتُ: إنه الشخص نفسه.</translation>
        </message>
        <message>
            <source>I see the person here myself</source>
            <translation>أرى الشخص هنا بنفسي</translation>
        </message>
        <message>
            <source>I see the person here myself …</source>
            <translation>أرى الشخص هنا بنفسي…</translation>
        </message>
        <message>
            <source>I see the person: they sit before the camera, with nothing before the face.</source>
            <translation>أرى الشخص: هو جالس أمام الكاميرا، ولا شيء أمام وجهه.</translation>
        </message>
        <message>
            <source>I, {officer}, checked who this person is, recorded what I saw, and the person confirmed it.</source>
            <translation>أنا، ⁨{officer}⁩، تحققت من هوية هذا الشخص وسجلت ما رأيته، وأكد الشخص ذلك.</translation>
        </message>
        <message>
            <source>Identity card</source>
            <translation>بطاقة الهوية</translation>
        </message>
        <message>
            <source>Identity proofing</source>
            <translation>إثبات الهوية</translation>
        </message>
        <message>
            <source>In the file: {name}</source>
            <translation>في الملف: {name}</translation>
        </message>
        <message>
            <source>Injury or illness</source>
            <translation>إصابة أو مرض</translation>
        </message>
        <message>
            <source>Introducer compared with the officer at the desk</source>
            <translation>قورن المُقدِّم بالموظف في المكتب</translation>
        </message>
        <message>
            <source>Is this address spelt right? Many addresses end in {likely}.</source>
            <translation>هل كُتب هذا العنوان صحيحًا؟ كثير من العناوين تنتهي بـ {likely}.</translation>
        </message>
        <message>
            <source>Issued by</source>
            <translation>جهة الإصدار</translation>
        </message>
        <message>
            <source>Issued on</source>
            <translation>تاريخ الإصدار</translation>
        </message>
        <message>
            <source>It belongs to: {place}</source>
            <translation>مكانها: {place}</translation>
        </message>
        <message>
            <source>It can be captured after all</source>
            <translation>يمكن الالتقاط في نهاية الأمر</translation>
        </message>
        <message>
            <source>It can be taken into use, after {seconds} s.</source>
            <translation>يمكن استخدامه، بعد {seconds} ث.</translation>
        </message>
        <message>
            <source>It cannot be gone on in this way. Ask your supervisor.</source>
            <translation>لا يمكن المتابعة بهذه الطريقة. راجع المشرف.</translation>
        </message>
        <message>
            <source>It captured what lay before it. Nothing of that was kept.</source>
            <translation>التقط ما كان أمامه. لم يُحتفظ بأي شيء من ذلك.</translation>
        </message>
        <message>
            <source>It counts from the next sign-in on.</source>
            <translation>يسري ابتداءً من تسجيل الدخول التالي.</translation>
        </message>
        <message>
            <source>It did not succeed, because you played it so.</source>
            <translation>لم ينجح ذلك لأنكم جرّبتموه هكذا.</translation>
        </message>
        <message>
            <source>It does not know where it is yet. Place it at a window and test it again in some minutes.</source>
            <translation>لا يعرف موقعه بعد. ضعه قرب نافذة وأعد فحصه بعد بضع دقائق.</translation>
        </message>
        <message>
            <source>It fails</source>
            <translation>تفشل</translation>
        </message>
        <message>
            <source>It fails for now</source>
            <translation>تفشل مؤقتًا</translation>
        </message>
        <message>
            <source>It is not, or I am not sure</source>
            <translation>ليس هو، أو لست متأكدًا</translation>
        </message>
        <message>
            <source>It knows where it is.</source>
            <translation>يعرف موقعه.</translation>
        </message>
        <message>
            <source>It looks for chips, and none lay on it.</source>
            <translation>يبحث عن الشرائح، ولم تكن عليه أي شريحة.</translation>
        </message>
        <message>
            <source>It looks like this: name@example.org</source>
            <translation>يُكتب هكذا: name@example.org</translation>
        </message>
        <message>
            <source>It says the same as the form: {fields}.</source>
            <translation>مضمونها مطابق للاستمارة: {fields}.</translation>
        </message>
        <message>
            <source>It sees the chip of a document. Nothing of it was read.</source>
            <translation>يرى شريحة وثيقة. لم يُقرأ منها أي شيء.</translation>
        </message>
        <message>
            <source>It stops only {seconds} s after it was told to. It can be used; give this report to the maker of its driver.</source>
            <translation>لا يتوقف إلا بعد {seconds} ث من طلب ذلك. يمكن استخدامه؛ سلّم هذا التقرير إلى صانع برنامج تشغيله.</translation>
        </message>
        <message>
            <source>It stops when it is told to, after {seconds} s.</source>
            <translation>يتوقف عندما يُطلب منه ذلك، بعد {seconds} ث.</translation>
        </message>
        <message>
            <source>It succeeds</source>
            <translation>تنجح</translation>
        </message>
        <message>
            <source>It takes {count} digits and no spaces between them.</source>
            <translation>يلزم {count} أرقام بلا مسافات بينها.</translation>
        </message>
        <message>
            <source>It takes {least} to {most} characters.</source>
            <translation>يلزم من {least} إلى {most} حرفًا.</translation>
        </message>
        <message>
            <source>It takes {least} to {most} digits and no spaces between them.</source>
            <translation>يلزم من {least} إلى {most} رقمًا بلا مسافات بينها.</translation>
        </message>
        <message>
            <source>It waits</source>
            <translation>تنتظر</translation>
        </message>
        <message>
            <source>It was given back and can be taken into use again.</source>
            <translation>أُعيد ويمكن استخدامه من جديد.</translation>
        </message>
        <message>
            <source>It works with firmware {firmware}.</source>
            <translation>يعمل بالبرنامج الثابت {firmware}.</translation>
        </message>
        <message>
            <source>Its certificate ended on {date}. Connect the computer to the internet and restart the device's program; if that does not help, ask the device's maker.</source>
            <translation>انتهت شهادته في {date}. صِل الحاسوب بالإنترنت وأعد تشغيل برنامج الجهاز؛ وإن لم يُجدِ ذلك، فاسأل صانع الجهاز.</translation>
        </message>
        <message>
            <source>Its certificate ends on {date}. Ask the device's maker for a new one in time.</source>
            <translation>تنتهي شهادته في {date}. اطلب شهادة جديدة من صانع الجهاز في الوقت المناسب.</translation>
        </message>
        <message>
            <source>Its certificate is good until {date}.</source>
            <translation>شهادته صالحة حتى {date}.</translation>
        </message>
        <message>
            <source>Its clock agrees with this computer's.</source>
            <translation>ساعته متوافقة مع ساعة هذا الحاسوب.</translation>
        </message>
        <message>
            <source>Its clock is {seconds} s off this computer's. Set the clocks, then restart the device's program.</source>
            <translation>تختلف ساعته عن ساعة هذا الحاسوب بمقدار {seconds} ث. اضبط الساعات، ثم أعد تشغيل برنامج الجهاز.</translation>
        </message>
        <message>
            <source>Its portrait is compared with the face that is captured.</source>
            <translation>تُقارَن صورته بالوجه الذي يُلتقط.</translation>
        </message>
        <message>
            <source>Judging this capture broke off twice. Take it again; if that happens again, tell your administrator.</source>
            <translation>انقطع تقييم هذا الالتقاط مرتين. التقطه مجددًا؛ وإن تكرر ذلك فأبلغ المسؤول.</translation>
        </message>
        <message>
            <source>Keep as</source>
            <translation>يُحفظ بوصفه</translation>
        </message>
        <message>
            <source>Keep it</source>
            <translation>الإبقاء عليه</translation>
        </message>
        <message>
            <source>Keep it, because …</source>
            <translation>الإبقاء عليه، لأن …</translation>
        </message>
        <message>
            <source>Keep mine</source>
            <translation>إبقاء المكتوب</translation>
        </message>
        <message>
            <source>Keep the best there is …</source>
            <translation>الاحتفاظ بأفضل ما يوجد…</translation>
        </message>
        <message>
            <source>Kept below the threshold</source>
            <translation>أُبقي رغم أنه دون الحد</translation>
        </message>
        <message>
            <source>Kept.</source>
            <translation>تم الحفظ.</translation>
        </message>
        <message>
            <source>Kept. No use case says in its triggers which process it is for, so nobody is asked.</source>
            <translation>حُفظ. لا تذكر أي حالة استخدام في مشغّلاتها الإجراء الذي تخصه، فلا يُسأل أحد.</translation>
        </message>
        <message>
            <source>Keyboard</source>
            <translation>لوحة المفاتيح</translation>
        </message>
        <message>
            <source>Keyboard on the screen</source>
            <translation>لوحة المفاتيح على الشاشة</translation>
        </message>
        <message>
            <source>Keys</source>
            <translation>المفاتيح</translation>
        </message>
        <message>
            <source>Keys on this page</source>
            <translation>مفاتيح هذه الصفحة</translation>
        </message>
        <message>
            <source>Kilometres from the station from which a packet is far away</source>
            <translation>الكيلومترات من المحطة التي تُعدّ الحزمة بعدها بعيدة</translation>
        </message>
        <message>
            <source>Kind</source>
            <translation>النوع</translation>
        </message>
        <message>
            <source>Kind of document</source>
            <translation>نوع الوثيقة</translation>
        </message>
        <message>
            <source>Language</source>
            <translation>اللغة</translation>
        </message>
        <message>
            <source>Language of the window</source>
            <translation>لغة النافذة</translation>
        </message>
        <message>
            <source>Larger</source>
            <translation>أكبر</translation>
        </message>
        <message>
            <source>Lasting</source>
            <translation>دائم</translation>
        </message>
        <message>
            <source>Lay the document on the chip reader …</source>
            <translation>ضع الوثيقة على قارئ الشريحة…</translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan, or go on without one.</source>
            <translation>ضع الوثيقة على الماسح واضغط «مسح»، أو تابع بدون وثيقة.</translation>
        </message>
        <message>
            <source>Lay the document on the scanner and press Scan. What is marked with * must be there.</source>
            <translation>ضع الوثيقة على الماسح الضوئي واضغط «مسح ضوئي». الوثائق المعلّمة بالعلامة * إلزامية.</translation>
        </message>
        <message>
            <source>Lean the head a little to the left.</source>
            <translation>أمِل رأسك قليلًا نحو اليسار.</translation>
        </message>
        <message>
            <source>Lean the head a little to the right.</source>
            <translation>أمِل رأسك قليلًا نحو اليمين.</translation>
        </message>
        <message>
            <source>Least quality of a finger</source>
            <translation>أدنى جودة للإصبع</translation>
        </message>
        <message>
            <source>Least quality of an eye</source>
            <translation>أدنى جودة للعين</translation>
        </message>
        <message>
            <source>Least quality of one finger</source>
            <translation>أدنى جودة لإصبع بعينه</translation>
        </message>
        <message>
            <source>Left eye</source>
            <translation>العين اليسرى</translation>
        </message>
        <message>
            <source>Left hand</source>
            <translation>اليد اليسرى</translation>
        </message>
        <message>
            <source>Left index finger</source>
            <translation>السبابة اليسرى</translation>
        </message>
        <message>
            <source>Left little finger</source>
            <translation>الخنصر الأيسر</translation>
        </message>
        <message>
            <source>Left middle finger</source>
            <translation>الوسطى اليسرى</translation>
        </message>
        <message>
            <source>Left ring finger</source>
            <translation>البنصر الأيسر</translation>
        </message>
        <message>
            <source>Left thumb</source>
            <translation>الإبهام الأيسر</translation>
        </message>
        <message>
            <source>Let in again</source>
            <translation>السماح من جديد</translation>
        </message>
        <message>
            <source>Level {level} of {most}</source>
            <translation>المستوى {level} من {most}</translation>
        </message>
        <message>
            <source>Lids or lashes cover a part of the iris. Open the eyes wide.</source>
            <translation>يغطي الجفنان أو الرموش جزءًا من القزحية. افتح العينين جيدًا.</translation>
        </message>
        <message>
            <source>Lift your chin slowly, then look back to the camera.</source>
            <translation>ارفع ذقنك ببطء، ثم انظر إلى الكاميرا من جديد.</translation>
        </message>
        <message>
            <source>Light</source>
            <translation>فاتح</translation>
        </message>
        <message>
            <source>Light is reflected by the glasses. Take them off, or move the lamp.</source>
            <translation>النظارة تعكس الضوء. انزعها أو حرّك المصباح.</translation>
        </message>
        <message>
            <source>Light is reflected on the page. Turn the page or the lamp a little.</source>
            <translation>ينعكس الضوء على الصفحة. أدر الصفحة أو المصباح قليلًا.</translation>
        </message>
        <message>
            <source>Like with like</source>
            <translation>بظروف متماثلة</translation>
        </message>
        <message>
            <source>Limits of the station</source>
            <translation>حدود المحطة</translation>
        </message>
        <message>
            <source>Lists</source>
            <translation>القوائم</translation>
        </message>
        <message>
            <source>Living face confirmed, attested or refused</source>
            <translation>تأكد الوجه الحي أو شُهد به أو رُفض</translation>
        </message>
        <message>
            <source>Lock</source>
            <translation>قفل</translation>
        </message>
        <message>
            <source>Locked</source>
            <translation>الشاشة مقفلة</translation>
        </message>
        <message>
            <source>Locks in {minutes} min</source>
            <translation>يُقفل خلال {minutes} دقيقة</translation>
        </message>
        <message>
            <source>Look at this registration before you approve it.</source>
            <translation>انظر إلى هذا التسجيل قبل الموافقة عليه.</translation>
        </message>
        <message>
            <source>Look into the camera</source>
            <translation>انظر إلى الكاميرا</translation>
        </message>
        <message>
            <source>Look into the camera.</source>
            <translation>انظر إلى الكاميرا.</translation>
        </message>
        <message>
            <source>Look straight into the camera.</source>
            <translation>انظر مباشرة إلى الكاميرا.</translation>
        </message>
        <message>
            <source>Looked up here</source>
            <translation>بُحث عنه هنا</translation>
        </message>
        <message>
            <source>Looking at what was before …</source>
            <translation>يُنظر في ما سبق …</translation>
        </message>
        <message>
            <source>Machine number</source>
            <translation>رقم الجهاز</translation>
        </message>
        <message>
            <source>Made at station {station} by {name}, {time}</source>
            <translation>أُعد في المحطة {station} بواسطة {name}، {time}</translation>
        </message>
        <message>
            <source>Make smaller</source>
            <translation>تصغير</translation>
        </message>
        <message>
            <source>Making it smaller …</source>
            <translation>جارٍ التصغير …</translation>
        </message>
        <message>
            <source>Making keys …</source>
            <translation>جارٍ إنشاء المفاتيح…</translation>
        </message>
        <message>
            <source>Meanwhile</source>
            <translation>في هذه الأثناء</translation>
        </message>
        <message>
            <source>Measured by</source>
            <translation>قاسه</translation>
        </message>
        <message>
            <source>Median</source>
            <translation>الوسيط</translation>
        </message>
        <message>
            <source>Median, s</source>
            <translation>الوسيط، ث</translation>
        </message>
        <message>
            <source>Megabytes of the disk that have to be free</source>
            <translation>الميغابايتات التي يجب أن تبقى خالية على القرص</translation>
        </message>
        <message>
            <source>Megabytes on the disk</source>
            <translation>ميغابايت على القرص</translation>
        </message>
        <message>
            <source>MiTrust answered with something that cannot be read. Try again later, or tell support.</source>
            <translation>أجابت خدمة MiTrust بما لا يمكن قراءته. حاول لاحقًا أو أبلغ الدعم.</translation>
        </message>
        <message>
            <source>MiTrust did not accept what it was asked. Tell your administrator, and go on without it.</source>
            <translation>لم تقبل خدمة MiTrust الطلب. أبلغ المسؤول وتابع من دونها.</translation>
        </message>
        <message>
            <source>MiTrust does not let this station ask without the person. Your administrator has to ask MiTrust for it.</source>
            <translation>لا تسمح خدمة MiTrust لهذه المحطة بالسؤال دون حضور الشخص. على المسؤول أن يطلب ذلك من MiTrust.</translation>
        </message>
        <message>
            <source>MiTrust is being maintained just now. Go on without it, or try again later.</source>
            <translation>خدمة MiTrust تحت الصيانة الآن. تابع من دونها أو حاول لاحقًا.</translation>
        </message>
        <message>
            <source>MiTrust was asked too often just now. The station asks again later by itself.</source>
            <translation>سُئلت خدمة MiTrust مرات كثيرة الآن. ستسأل المحطة من جديد لاحقًا من تلقاء نفسها.</translation>
        </message>
        <message>
            <source>Mine</source>
            <translation>أنا</translation>
        </message>
        <message>
            <source>Minutes before the lock in which it is told</source>
            <translation>الدقائق التي يُعلن فيها القفل قبل حدوثه</translation>
        </message>
        <message>
            <source>Minutes without a touch until the screen locks</source>
            <translation>الدقائق بلا أي لمسة حتى تُقفل الشاشة</translation>
        </message>
        <message>
            <source>More light on the left side of the face.</source>
            <translation>مزيدًا من الضوء على الجانب الأيسر من الوجه.</translation>
        </message>
        <message>
            <source>More light on the right side of the face.</source>
            <translation>مزيدًا من الضوء على الجانب الأيمن من الوجه.</translation>
        </message>
        <message>
            <source>More than one face is in the picture. Only the person may be in view.</source>
            <translation>يظهر في الصورة أكثر من وجه. يجب ألا يظهر إلا وجه الشخص.</translation>
        </message>
        <message>
            <source>Move a little to the left.</source>
            <translation>تحرّك قليلًا نحو اليسار.</translation>
        </message>
        <message>
            <source>Move a little to the right.</source>
            <translation>تحرّك قليلًا نحو اليمين.</translation>
        </message>
        <message>
            <source>Move back a little.</source>
            <translation>ابتعد قليلًا.</translation>
        </message>
        <message>
            <source>My figures</source>
            <translation>أرقامي</translation>
        </message>
        <message>
            <source>My sign-in</source>
            <translation>دخولي</translation>
        </message>
        <message>
            <source>My time for each step</source>
            <translation>وقتي لكل خطوة</translation>
        </message>
        <message>
            <source>Name</source>
            <translation>الاسم</translation>
        </message>
        <message>
            <source>Name and password are filled in on a training station. Press Sign in.</source>
            <translation>في محطة التدريب الاسم وكلمة المرور مملوءان مسبقًا. اضغط «تسجيل الدخول».</translation>
        </message>
        <message>
            <source>Name the partner whom the claims are for: each knows the person by a number of its own.</source>
            <translation>اذكر الشريك الذي تُعدّ له هذه البيانات: كل شريك يعرف الشخص برقم خاص به.</translation>
        </message>
        <message>
            <source>Name the public key that signed the pack of networks as well.</source>
            <translation>اذكر أيضًا المفتاح العام الذي وُقّعت به حزمة الشبكات.</translation>
        </message>
        <message>
            <source>Nationality</source>
            <translation>الجنسية</translation>
        </message>
        <message>
            <source>Needed: {level}</source>
            <translation>المطلوب: {level}</translation>
        </message>
        <message>
            <source>Neither head nor background moved enough to judge this.</source>
            <translation>لم يتحرك الرأس ولا الخلفية بما يكفي للحكم على ذلك.</translation>
        </message>
        <message>
            <source>Never mind</source>
            <translation>تراجع</translation>
        </message>
        <message>
            <source>New password</source>
            <translation>كلمة مرور جديدة</translation>
        </message>
        <message>
            <source>New registration</source>
            <translation>تسجيل جديد</translation>
        </message>
        <message>
            <source>New version of what the server said counts from now on</source>
            <translation>يُعتد من الآن بإصدار جديد مما قاله الخادم</translation>
        </message>
        <message>
            <source>Next</source>
            <translation>التالي</translation>
        </message>
        <message>
            <source>Next field</source>
            <translation>الحقل التالي</translation>
        </message>
        <message>
            <source>Next figure</source>
            <translation>الأرقام التالية</translation>
        </message>
        <message>
            <source>Next page</source>
            <translation>الصفحة التالية</translation>
        </message>
        <message>
            <source>Next person</source>
            <translation>الشخص التالي</translation>
        </message>
        <message>
            <source>Next registration</source>
            <translation>التسجيل التالي</translation>
        </message>
        <message>
            <source>Next renewal</source>
            <translation>التجديد القادم</translation>
        </message>
        <message>
            <source>Next: {names}</source>
            <translation>التالي: {names}</translation>
        </message>
        <message>
            <source>No bioAttributes are named, neither here nor in the ID schema.</source>
            <translation>لم تُذكر أي bioAttributes، لا هنا ولا في مخطط الهوية.</translation>
        </message>
        <message>
            <source>No browser could be opened on this computer.</source>
            <translation>تعذّر فتح متصفح على هذا الحاسوب.</translation>
        </message>
        <message>
            <source>No camera answers at {host}. Check that it is switched on and its network cable plugged in, then try again.</source>
            <translation>لا توجد كاميرا تستجيب على العنوان {host}. تأكد من أنها قيد التشغيل ومن توصيل كابل الشبكة، ثم أعد المحاولة.</translation>
        </message>
        <message>
            <source>No decision about another station's registration waits to be handed back.</source>
            <translation>لا قرار بشأن تسجيل محطة أخرى ينتظر الإعادة إليها.</translation>
        </message>
        <message>
            <source>No device and no officer stands out from the others.</source>
            <translation>لا يختلف أي جهاز ولا أي موظف عن غيره.</translation>
        </message>
        <message>
            <source>No device called {name} is connected. Plug it in, or look in the list of devices what it is called.</source>
            <translation>لا يوجد جهاز موصول باسم {name}. وصّله، أو ابحث عن اسمه في قائمة الأجهزة.</translation>
        </message>
        <message>
            <source>No document was added.</source>
            <translation>لم تُضف أي وثيقة.</translation>
        </message>
        <message>
            <source>No earlier version is kept here, so there is none to go back to.</source>
            <translation>لا يُحتفظ هنا بإصدار سابق، فلا يوجد ما يمكن الرجوع إليه.</translation>
        </message>
        <message>
            <source>No eye is seen. Look into the device and open the eyes wide.</source>
            <translation>لا تظهر أي عين. انظر إلى الجهاز وافتح العينين جيدًا.</translation>
        </message>
        <message>
            <source>No face is in the picture. Ask the person to sit in front of the camera.</source>
            <translation>لا يظهر أي وجه في الصورة. اطلب من الشخص أن يجلس أمام الكاميرا.</translation>
        </message>
        <message>
            <source>No field is of the group {group}, which is always selected.</source>
            <translation>لا ينتمي أي حقل إلى المجموعة {group} المختارة دائمًا.</translation>
        </message>
        <message>
            <source>No finger and no eye is marked as an exception; there is nothing to show.</source>
            <translation>لم يُحدَّد أي إصبع أو عين كاستثناء، فلا يوجد ما يُصوَّر.</translation>
        </message>
        <message>
            <source>No finger is on the glass. Place it flat in the middle.</source>
            <translation>لا يوجد إصبع على الزجاج. ضعه مسطّحًا في الوسط.</translation>
        </message>
        <message>
            <source>No finger is on the glass. Place the fingers flat, side by side.</source>
            <translation>لا توجد أصابع على الزجاج. ضع الأصابع مسطّحة، جنبًا إلى جنب.</translation>
        </message>
        <message>
            <source>No list on this drive is signed with the key of this fingerprint.</source>
            <translation>لا توجد على هذا القرص قائمة موقّعة بالمفتاح الذي له هذه البصمة.</translation>
        </message>
        <message>
            <source>No machine-readable lines were found on this page.</source>
            <translation>لم يُعثر في هذه الصفحة على أسطر مقروءة آليًا.</translation>
        </message>
        <message>
            <source>No new registration can be begun: a limit of this station is reached ({limit}). Connect to the server and send what waits, or ask your administrator.</source>
            <translation>لا يمكن بدء تسجيل جديد: بلغت هذه المحطة أحد حدودها ({limit}). اتصل بالخادم وأرسل ما ينتظر، أو اسأل المدير.</translation>
        </message>
        <message>
            <source>No other station reviews for this one. A supervisor accepts one by its key first.</source>
            <translation>لا تراجع أي محطة أخرى لهذه المحطة. يقبل مشرف إحداها بمفتاحها أولًا.</translation>
        </message>
        <message>
            <source>No packet waits to be sent, so there is nothing to hand over.</source>
            <translation>لا توجد حزمة تنتظر الإرسال، فلا شيء لتسليمه.</translation>
        </message>
        <message>
            <source>No packet was accepted. See the outbox for the reason.</source>
            <translation>لم تُقبل أي حزمة. اطّلع على السبب في صندوق الصادر.</translation>
        </message>
        <message>
            <source>No page yet</source>
            <translation>لا توجد صفحة بعد</translation>
        </message>
        <message>
            <source>No paper lies in the feeder, so no page was tried. Lay one in and test again.</source>
            <translation>لا يوجد ورق في وحدة التغذية، لذلك لم تُجرَّب أي صفحة. ضع ورقة وأعد الفحص.</translation>
        </message>
        <message>
            <source>No paper lies in the scanner's feeder. Lay the pages in and scan again.</source>
            <translation>لا يوجد ورق في ملقّم الماسح. ضع الصفحات فيه وأعد المسح.</translation>
        </message>
        <message>
            <source>No picture came within {seconds} s. Close other programs that use the {kind}, unplug it and plug it in at another socket.</source>
            <translation>لم تصل أي صورة خلال {seconds} ث. أغلق البرامج الأخرى التي تستخدم الجهاز ({kind})، ثم افصله وأوصله بمنفذ آخر.</translation>
        </message>
        <message>
            <source>No piece of evidence of this registration has such a file.</source>
            <translation>ليس في أدلة هذا التسجيل ملف كهذا.</translation>
        </message>
        <message>
            <source>No place of this name. Choose from the lists below.</source>
            <translation>لا يوجد مكان بهذا الاسم. اختر من القوائم أدناه.</translation>
        </message>
        <message>
            <source>No proof of identity brought such a document.</source>
            <translation>لم يأتِ أي إثبات هوية بوثيقة كهذه.</translation>
        </message>
        <message>
            <source>No proofing use case is meant for this.</source>
            <translation>لا توجد حالة تحقق مخصصة لهذا.</translation>
        </message>
        <message>
            <source>No readable ridges</source>
            <translation>البصمة غير مقروءة</translation>
        </message>
        <message>
            <source>No ridges are visible. Clean the glass and the finger and try again.</source>
            <translation>لا تظهر خطوط البصمة. نظّف الزجاج والإصبع وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>No secure connection to the server can be made, so nothing was sent. Check this computer's clock, then tell your administrator.</source>
            <translation>لا يمكن إنشاء اتصال آمن بالخادم، لذلك لم يُرسل شيء. تحقق من ساعة هذا الحاسوب، ثم أبلغ مسؤول النظام.</translation>
        </message>
        <message>
            <source>No secure connection to the service that proves identities can be made, so nothing was sent. Check this computer's clock, then tell your administrator.</source>
            <translation>لا يمكن إنشاء اتصال آمن بالخدمة التي تثبت الهويات، ولذلك لم يُرسَل شيء. تحقق من ساعة هذا الحاسوب، ثم أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>No sign of anything unusual.</source>
            <translation>لا علامة على شيء غير معتاد.</translation>
        </message>
        <message>
            <source>No station of this number is known here.</source>
            <translation>لا توجد محطة معروفة هنا بهذا الرقم.</translation>
        </message>
        <message>
            <source>No station of this number is registered here, so no set-up file can be made for it.</source>
            <translation>لا توجد هنا محطة مسجّلة بهذا الرقم، فلا يمكن إعداد ملف لها.</translation>
        </message>
        <message>
            <source>No such app was found on this computer.</source>
            <translation>لم يُعثر على تطبيق كهذا على هذا الحاسوب.</translation>
        </message>
        <message>
            <source>No {kind} is connected. Plug it in and try again.</source>
            <translation>الجهاز غير متصل: {kind}. وصّل الجهاز وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>No {kind} is connected. Plug it in; it goes on by itself.</source>
            <translation>الجهاز غير متصل: {kind}. وصّله، وسيستمر العمل تلقائيًا.</translation>
        </message>
        <message>
            <source>No.</source>
            <translation>الرقم</translation>
        </message>
        <message>
            <source>Nobody has proven this number at this station yet. Check it, ask somebody else, or take another way.</source>
            <translation>لم يُثبت أحد هذا الرقم في هذه المحطة بعد. تحقق منه، أو اسأل شخصًا آخر، أو اختر طريقة أخرى.</translation>
        </message>
        <message>
            <source>Nobody has proven who this person is at this station: there is no evidence to tell of.</source>
            <translation>لم يثبت أحد هوية هذا الشخص في هذه المحطة: لا توجد أدلة لنقلها.</translation>
        </message>
        <message>
            <source>Nobody here waits for what the browser brought back.</source>
            <translation>لا أحد هنا ينتظر ما أعاده المتصفح.</translation>
        </message>
        <message>
            <source>Nobody of that name works at this station.</source>
            <translation>لا يعمل أحد بهذا الاسم في هذه المحطة.</translation>
        </message>
        <message>
            <source>Nobody this station believes in vouches for the {kind}. Synchronize with the server, or use another device.</source>
            <translation>لا تضمن الجهازَ ({kind}) جهةٌ تثق بها هذه المحطة. زامن مع الخادم أو استعمل جهازًا آخر.</translation>
        </message>
        <message>
            <source>Nobody waits for an answer at this address any more.</source>
            <translation>لم يعد أحد ينتظر جواباً على هذا العنوان.</translation>
        </message>
        <message>
            <source>Nobody with these details proved who they are at this station before.</source>
            <translation>لم يسبق لأحد بهذه البيانات أن أثبت هويته في هذه المحطة.</translation>
        </message>
        <message>
            <source>None of the ways to do this step is available.</source>
            <translation>لا تتوفر أي طريقة لتنفيذ هذه الخطوة.</translation>
        </message>
        <message>
            <source>None of your decisions waits to be signed off.</source>
            <translation>لا قرار من قراراتك ينتظر التوقيع.</translation>
        </message>
        <message>
            <source>Not Ready</source>
            <translation>ليس جاهزًا للاستخدام</translation>
        </message>
        <message>
            <source>Not every token could be renewed.</source>
            <translation>لم يمكن تجديد كل الرموز.</translation>
        </message>
        <message>
            <source>Not everything that was captured is asked for at this age. What is not asked for stays here and is not sent.</source>
            <translation>ليس كل ما التُقط مطلوبًا في هذا العمر. ما ليس مطلوبًا يبقى هنا ولا يُرسل.</translation>
        </message>
        <message>
            <source>Not renewed after</source>
            <translation>لا يُجدَّد بعد</translation>
        </message>
        <message>
            <source>Not sure enough to be filled in: {fields}.</source>
            <translation>غير مؤكد بما يكفي لملئه: {fields}.</translation>
        </message>
        <message>
            <source>Not there just now: {names}</source>
            <translation>غير متاح الآن: {names}</translation>
        </message>
        <message>
            <source>Not told: {settings}.</source>
            <translation>لا يُعرف: {settings}.</translation>
        </message>
        <message>
            <source>Nothing can be seen on this page. Look whether it lies the right way round.</source>
            <translation>لا يظهر شيء في هذه الصفحة. تحقق من أنها موضوعة على الوجه الصحيح.</translation>
        </message>
        <message>
            <source>Nothing can be written down yet: the proof of identity is not complete.</source>
            <translation>لا يمكن تدوين شيء بعد: لم يكتمل التحقق من الهوية.</translation>
        </message>
        <message>
            <source>Nothing found.</source>
            <translation>لم يُعثر على شيء.</translation>
        </message>
        <message>
            <source>Nothing found. What is sealed has a number and no name any more: look by the number.</source>
            <translation>لم يُعثر على شيء. ما خُتم له رقم ولم يعد له اسم: ابحث بالرقم.</translation>
        </message>
        <message>
            <source>Nothing happened for {time}</source>
            <translation>لم يحدث شيء لمدة {time}</translation>
        </message>
        <message>
            <source>Nothing has to be proven for this person.</source>
            <translation>لا يلزم إثبات شيء لهذا الشخص.</translation>
        </message>
        <message>
            <source>Nothing in the packet confirms the officer: no password and no capture.</source>
            <translation>لا شيء في الحزمة يؤكد هوية الموظف: لا كلمة مرور ولا لقطة.</translation>
        </message>
        <message>
            <source>Nothing is captured by the name {attribute}.</source>
            <translation>لا يُلتقط شيء بالاسم {attribute}.</translation>
        </message>
        <message>
            <source>Nothing is changed yet. Fill in what is to be changed, or attach a document.</source>
            <translation>لم يتغير شيء بعد. املأ ما يجب تغييره، أو أرفق وثيقة.</translation>
        </message>
        <message>
            <source>Nothing is lost if this does not succeed.</source>
            <translation>لا يُفقد شيء إن لم ينجح هذا.</translation>
        </message>
        <message>
            <source>Nothing is plugged in.</source>
            <translation>لا شيء موصول.</translation>
        </message>
        <message>
            <source>Nothing is sent before a supervisor approved it</source>
            <translation>لا يُرسل شيء قبل موافقة مشرف</translation>
        </message>
        <message>
            <source>Nothing is shown for the control {control}; known are {known}.</source>
            <translation>لا يظهر شيء لعنصر التحكم {control}؛ المعروف هو {known}.</translation>
        </message>
        <message>
            <source>Nothing of that name can be measured. There are: {areas}.</source>
            <translation>لا يوجد شيء بهذا الاسم يمكن قياسه. المتاح: {areas}.</translation>
        </message>
        <message>
            <source>Nothing older of this kind is kept to compare it with.</source>
            <translation>لا يُحتفظ بشيء أقدم من هذا النوع للمقارنة به.</translation>
        </message>
        <message>
            <source>Nothing on it could be read by the station: look whether kind and number are right.</source>
            <translation>لم تتمكن المحطة من قراءة شيء فيها: تأكد من صحة النوع والرقم.</translation>
        </message>
        <message>
            <source>Nothing on this chip can show that it is not a copy. Compare the document itself.</source>
            <translation>لا شيء على هذه الشريحة يُثبت أنها ليست نسخة. افحص الوثيقة نفسها.</translation>
        </message>
        <message>
            <source>Nothing that others could check shows yet who this person is.</source>
            <translation>لا شيء يمكن لغيرك التحقق منه يُبيّن بعد من هو هذا الشخص.</translation>
        </message>
        <message>
            <source>Nothing waits for a review here.</source>
            <translation>لا شيء ينتظر المراجعة هنا.</translation>
        </message>
        <message>
            <source>Nothing waits for a review.</source>
            <translation>لا شيء ينتظر المراجعة.</translation>
        </message>
        <message>
            <source>Nothing was changed here: every setting is as it was shipped.</source>
            <translation>لم يُغيَّر شيء هنا: كل إعداد كما كان في الأصل.</translation>
        </message>
        <message>
            <source>Nothing was filled in.</source>
            <translation>لم يُملأ شيء.</translation>
        </message>
        <message>
            <source>Nothing was said.</source>
            <translation>لم يُقل شيء.</translation>
        </message>
        <message>
            <source>Nothing was sealed in the last {days} days, so that nothing can be compared.</source>
            <translation>لم يُختم شيء في آخر {days} يومًا، فلا يوجد ما يُقارَن.</translation>
        </message>
        <message>
            <source>Nothing was written as a signature. Ask the person to sign again.</source>
            <translation>لم يُكتب شيء توقيعًا. اطلب من الشخص أن يوقّع من جديد.</translation>
        </message>
        <message>
            <source>Nothing.</source>
            <translation>لا توجد عناصر.</translation>
        </message>
        <message>
            <source>Now</source>
            <translation>الآن</translation>
        </message>
        <message>
            <source>Number</source>
            <translation>العدد</translation>
        </message>
        <message>
            <source>Number of the document</source>
            <translation>رقم الوثيقة</translation>
        </message>
        <message>
            <source>Number of the pre-registration</source>
            <translation>رقم التسجيل المسبق</translation>
        </message>
        <message>
            <source>Number of the request</source>
            <translation>رقم الطلب</translation>
        </message>
        <message>
            <source>Number on it, if any</source>
            <translation>رقمها إن وُجد</translation>
        </message>
        <message>
            <source>Officer</source>
            <translation>الموظف</translation>
        </message>
        <message>
            <source>Officer and supervisor must be two people: choose two user names.</source>
            <translation>يجب أن يكون الموظف والمشرف شخصين مختلفين: اختر اسمي مستخدم.</translation>
        </message>
        <message>
            <source>On paper this bright glare cannot be told from the paper.</source>
            <translation>على ورق بهذا السطوع لا يمكن تمييز الانعكاس من الورق.</translation>
        </message>
        <message>
            <source>On their own screen.</source>
            <translation>على شاشته الخاصة.</translation>
        </message>
        <message>
            <source>On this screen, turned to them.</source>
            <translation>على هذه الشاشة، موجهةً إليه.</translation>
        </message>
        <message>
            <source>Once more</source>
            <translation>مرة أخرى</translation>
        </message>
        <message>
            <source>Once more (Space)</source>
            <translation>مرة أخرى (مفتاح المسافة)</translation>
        </message>
        <message>
            <source>Once more: {fingers}.</source>
            <translation>مرة أخرى: {fingers}.</translation>
        </message>
        <message>
            <source>One after the other</source>
            <translation>واحدة بعد الأخرى</translation>
        </message>
        <message>
            <source>One capture of whoever brings the child is enough. Choose which one.</source>
            <translation>يكفي التقاط واحد لمن يرافق الطفل. اختر أيّها.</translation>
        </message>
        <message>
            <source>One finger or eye was not seen. Place all of them and try again.</source>
            <translation>لم يُرصد إصبع أو عين. ضعها كلها في مكانها وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>One of the two is needed: {field} or {other}.</source>
            <translation>أحدهما مطلوب: {field} أو {other}.</translation>
        </message>
        <message>
            <source>One of these, as the person likes</source>
            <translation>واحدة من هذه، كما يشاء الشخص</translation>
        </message>
        <message>
            <source>One packet was accepted by the server.</source>
            <translation>قبل الخادم حزمة واحدة.</translation>
        </message>
        <message>
            <source>One picture was judged by itself: whether anything in it moves cannot be told.</source>
            <translation>حُكم على صورة واحدة وحدها: لا يمكن معرفة ما إذا كان فيها شيء يتحرك.</translation>
        </message>
        <message>
            <source>One reliable source shows who this person is.</source>
            <translation>مصدر موثوق واحد يُبيّن من هو هذا الشخص.</translation>
        </message>
        <message>
            <source>One-time code</source>
            <translation>رمز لمرة واحدة</translation>
        </message>
        <message>
            <source>Only GovStack's words can be sent to a server. Leave --put out, to print them.</source>
            <translation>لا تُرسل إلى خادم إلا صيغة GovStack. احذف ‎--put لطباعتها.</translation>
        </message>
        <message>
            <source>Only a correction answers a request.</source>
            <translation>التصحيح وحده يجيب عن طلب.</translation>
        </message>
        <message>
            <source>Only a part of the finger is seen. Lay the whole fingertip flat on the glass.</source>
            <translation>لا يظهر سوى جزء من الإصبع. ضع طرف الإصبع كاملًا مسطّحًا على الزجاج.</translation>
        </message>
        <message>
            <source>Only a part of the page arrived from the scanner. Scan it again.</source>
            <translation>لم يصل من الماسح إلا جزء من الصفحة. أعد مسحها.</translation>
        </message>
        <message>
            <source>Only a supervisor may do this. Sign in as one.</source>
            <translation>هذا الإجراء متاح للمشرف فقط. سجّل الدخول بصفة مشرف.</translation>
        </message>
        <message>
            <source>Only an administrator may do this. Sign in as one.</source>
            <translation>لا يقوم بهذا إلا مدير النظام. سجّل الدخول بهذه الصفة.</translation>
        </message>
        <message>
            <source>Only grey pictures of 64 to 8192 pixels on each side can be compressed as WSQ.</source>
            <translation>لا يمكن ضغط الصور بصيغة WSQ إلا إذا كانت رمادية وطول كل ضلع من أضلاعها بين 64 و8192 بكسل.</translation>
        </message>
        <message>
            <source>Only somebody who registers people may do this. Sign in as an officer.</source>
            <translation>لا يقوم بهذا إلا من يسجّل الأشخاص. سجّل الدخول بصفة موظف تسجيل.</translation>
        </message>
        <message>
            <source>Only the age is known</source>
            <translation>العمر وحده معروف</translation>
        </message>
        <message>
            <source>Only the first {count} differences are shown.</source>
            <translation>تُعرض أول {count} من الفروق فقط.</translation>
        </message>
        <message>
            <source>Only the value true says that the person agrees: {consents}.</source>
            <translation>لا تدل على موافقة الشخص إلا القيمة true: ‏{consents}.</translation>
        </message>
        <message>
            <source>Only try it out (invented people)</source>
            <translation>للتجربة فقط (أشخاص وهميون)</translation>
        </message>
        <message>
            <source>Only {rate} pictures a second come. Turn on more light, and plug the {kind} into a socket of the computer itself.</source>
            <translation>لا تصل سوى {rate} صورة في الثانية. زد الإضاءة، وأوصل الجهاز ({kind}) بمنفذ في الحاسوب نفسه.</translation>
        </message>
        <message>
            <source>Open a file …</source>
            <translation>فتح ملف …</translation>
        </message>
        <message>
            <source>Open in the browser</source>
            <translation>فتح في المتصفح</translation>
        </message>
        <message>
            <source>Open on this computer only</source>
            <translation>الفتح على هذا الحاسوب فقط</translation>
        </message>
        <message>
            <source>Open the eyes.</source>
            <translation>افتح عينيك.</translation>
        </message>
        <message>
            <source>Operator added</source>
            <translation>أُضيف مشغّل</translation>
        </message>
        <message>
            <source>Operator blocked</source>
            <translation>حُظر مشغّل</translation>
        </message>
        <message>
            <source>Operator changed the own password</source>
            <translation>غيّر المشغّل كلمة مروره</translation>
        </message>
        <message>
            <source>Operator got a new password from an administrator</source>
            <translation>حصل مشغّل على كلمة مرور جديدة من مسؤول</translation>
        </message>
        <message>
            <source>Operator no longer blocked</source>
            <translation>رُفع الحظر عن مشغّل</translation>
        </message>
        <message>
            <source>Operator removed</source>
            <translation>أُزيل مشغّل</translation>
        </message>
        <message>
            <source>Operator signed in</source>
            <translation>سجّل المشغّل الدخول</translation>
        </message>
        <message>
            <source>Operator signed in at the server</source>
            <translation>سجّل المشغّل الدخول إلى الخادم</translation>
        </message>
        <message>
            <source>Operator signed out</source>
            <translation>سجّل المشغّل الخروج</translation>
        </message>
        <message>
            <source>Operator's finger taken instead of a password</source>
            <translation>أُخذت بصمة المشغّل بدل كلمة المرور</translation>
        </message>
        <message>
            <source>Outbox</source>
            <translation>صندوق الصادر</translation>
        </message>
        <message>
            <source>Packet</source>
            <translation>الحزمة</translation>
        </message>
        <message>
            <source>Packet accepted by the server</source>
            <translation>قبل الخادم الحزمة</translation>
        </message>
        <message>
            <source>Packet announced to the server</source>
            <translation>أُعلنت الحزمة للخادم</translation>
        </message>
        <message>
            <source>Packet of another station accepted by the server</source>
            <translation>قبل الخادم حزمة محطة أخرى</translation>
        </message>
        <message>
            <source>Packet of another station taken from a drive</source>
            <translation>أُخذت حزمة محطة أخرى من قرص</translation>
        </message>
        <message>
            <source>Packet refused for good; waits for a person</source>
            <translation>رُفضت الحزمة نهائيًا؛ تنتظر شخصًا</translation>
        </message>
        <message>
            <source>Packet sealed</source>
            <translation>خُتمت الحزمة</translation>
        </message>
        <message>
            <source>Packet to be sent again at a person's wish</source>
            <translation>تُرسل الحزمة من جديد بناءً على طلب</translation>
        </message>
        <message>
            <source>Packets</source>
            <translation>الحزم</translation>
        </message>
        <message>
            <source>Packets not sent</source>
            <translation>حزم لم تُرسل</translation>
        </message>
        <message>
            <source>Packets now</source>
            <translation>الحزم الآن</translation>
        </message>
        <message>
            <source>Packets on a drive refused</source>
            <translation>رُفضت حزم على قرص</translation>
        </message>
        <message>
            <source>Packets that may wait for review</source>
            <translation>عدد الحزم التي يجوز أن تنتظر المراجعة</translation>
        </message>
        <message>
            <source>Packets that may wait to be sent</source>
            <translation>عدد الحزم التي يجوز أن تنتظر الإرسال</translation>
        </message>
        <message>
            <source>Packets waiting for review</source>
            <translation>حزم تنتظر المراجعة</translation>
        </message>
        <message>
            <source>Page before</source>
            <translation>الصفحة السابقة</translation>
        </message>
        <message>
            <source>Page {number} of {count}</source>
            <translation>الصفحة {number} من {count}</translation>
        </message>
        <message>
            <source>Pages that were taken: {pages}. {problem}</source>
            <translation>عدد الصفحات التي مُسحت: {pages}. {problem}</translation>
        </message>
        <message>
            <source>Paper</source>
            <translation>الورق</translation>
        </message>
        <message>
            <source>Paper is stuck in the scanner. Take it out, lay the page in again and scan again.</source>
            <translation>الورق عالق في الماسح. أخرجه، وضع الصفحة من جديد، ثم أعد المسح.</translation>
        </message>
        <message>
            <source>Parent or guardian</source>
            <translation>أحد الوالدين أو الوصي</translation>
        </message>
        <message>
            <source>Parent or guardian: {name}</source>
            <translation>أحد الوالدين أو الوصي: {name}</translation>
        </message>
        <message>
            <source>Passport</source>
            <translation>جواز السفر</translation>
        </message>
        <message>
            <source>Password</source>
            <translation>كلمة المرور</translation>
        </message>
        <message>
            <source>Password of the supervisor</source>
            <translation>كلمة مرور المشرف</translation>
        </message>
        <message>
            <source>Password of {officer}</source>
            <translation>كلمة مرور ⁨{officer}⁩</translation>
        </message>
        <message>
            <source>Passwords alone open this station. Whoever has a copy of its disk can try passwords on it.</source>
            <translation>تُفتح هذه المحطة بكلمة المرور وحدها. من يملك نسخة من قرصها يستطيع تجربة كلمات المرور عليها.</translation>
        </message>
        <message>
            <source>Pause</source>
            <translation>إيقاف مؤقت</translation>
        </message>
        <message>
            <source>Paused. Everything taken so far is kept; go on whenever the person is ready.</source>
            <translation>توقف مؤقت. كل ما التُقط محفوظ؛ تابع عندما يكون الشخص مستعدًا.</translation>
        </message>
        <message>
            <source>People</source>
            <translation>الأشخاص</translation>
        </message>
        <message>
            <source>People are asked aloud during captures, by {voice}.</source>
            <translation>تُقال التعليمات بصوت مسموع أثناء الالتقاط، بواسطة {voice}.</translation>
        </message>
        <message>
            <source>People of this station</source>
            <translation>أشخاص هذه المحطة</translation>
        </message>
        <message>
            <source>Person answered to what they were shown</source>
            <translation>أجاب الشخص عما عُرض عليه</translation>
        </message>
        <message>
            <source>Person did not agree; the registration ended</source>
            <translation>لم يوافق الشخص؛ انتهى التسجيل</translation>
        </message>
        <message>
            <source>Phone number</source>
            <translation>رقم الهاتف</translation>
        </message>
        <message>
            <source>Photo of the exception</source>
            <translation>صورة الاستثناء</translation>
        </message>
        <message>
            <source>Photo of the exception taken</source>
            <translation>التُقطت صورة الاستثناء</translation>
        </message>
        <message>
            <source>Picture</source>
            <translation>صورة</translation>
        </message>
        <message>
            <source>Pictures</source>
            <translation>الصور</translation>
        </message>
        <message>
            <source>Pieces of evidence</source>
            <translation>قطع الأدلة</translation>
        </message>
        <message>
            <source>Places found</source>
            <translation>الأماكن التي وُجدت</translation>
        </message>
        <message>
            <source>Plaintext content destroyed</source>
            <translation>أُتلف المحتوى الواضح</translation>
        </message>
        <message>
            <source>Playing asks nobody and stores nothing.</source>
            <translation>التجربة لا تسأل أحدًا ولا تحفظ شيئًا.</translation>
        </message>
        <message>
            <source>Please hold still.</source>
            <translation>من فضلك ابقَ ثابتًا.</translation>
        </message>
        <message>
            <source>Please lay both thumbs side by side on the glass.</source>
            <translation>من فضلك ضع إبهاميك جنبًا إلى جنب على الزجاج.</translation>
        </message>
        <message>
            <source>Please lay four fingers of your left hand flat on the glass.</source>
            <translation>من فضلك ضع أربعة أصابع من يدك اليسرى منبسطة على الزجاج.</translation>
        </message>
        <message>
            <source>Please lay four fingers of your right hand flat on the glass.</source>
            <translation>من فضلك ضع أربعة أصابع من يدك اليمنى منبسطة على الزجاج.</translation>
        </message>
        <message>
            <source>Please lay the fingers of your left hand flat on the glass.</source>
            <translation>من فضلك ضع أصابع يدك اليسرى منبسطة على الزجاج.</translation>
        </message>
        <message>
            <source>Please lay the fingers of your right hand flat on the glass.</source>
            <translation>من فضلك ضع أصابع يدك اليمنى منبسطة على الزجاج.</translation>
        </message>
        <message>
            <source>Please lay your thumb on the glass.</source>
            <translation>من فضلك ضع إبهامك على الزجاج.</translation>
        </message>
        <message>
            <source>Please lift your hand and lay it on the glass once more.</source>
            <translation>من فضلك ارفع يدك وضعها على الزجاج مرة أخرى.</translation>
        </message>
        <message>
            <source>Please look into the device and keep both eyes wide open.</source>
            <translation>من فضلك انظر إلى الجهاز وأبقِ عينيك مفتوحتين جيدًا.</translation>
        </message>
        <message>
            <source>Please look into the device and keep the eye wide open.</source>
            <translation>من فضلك انظر إلى الجهاز وأبقِ العين مفتوحة جيدًا.</translation>
        </message>
        <message>
            <source>Please look straight into the camera.</source>
            <translation>من فضلك انظر مباشرة إلى الكاميرا.</translation>
        </message>
        <message>
            <source>Please stay in front of the camera for one more picture.</source>
            <translation>من فضلك ابقَ أمام الكاميرا لالتقاط صورة أخرى.</translation>
        </message>
        <message>
            <source>Please use the other hand or eye.</source>
            <translation>من فضلك استخدم اليد الأخرى أو العين الأخرى.</translation>
        </message>
        <message>
            <source>Plugged in</source>
            <translation>الأجهزة الموصولة</translation>
        </message>
        <message>
            <source>Point at what cannot be captured</source>
            <translation>أشر إلى ما لا يمكن التقاطه</translation>
        </message>
        <message>
            <source>Points by which a living face may be close</source>
            <translation>النقاط التي يُعدّ الوجه الحي دونها قريبًا من الحد</translation>
        </message>
        <message>
            <source>Policy</source>
            <translation>السياسة</translation>
        </message>
        <message>
            <source>Poor captures were kept</source>
            <translation>أُبقي على التقاطات ضعيفة</translation>
        </message>
        <message>
            <source>Port {port} is used by another program. Choose another one.</source>
            <translation>المنفذ {port} يستخدمه برنامج آخر. اختر منفذًا آخر.</translation>
        </message>
        <message>
            <source>Portrait</source>
            <translation>الصورة الشخصية</translation>
        </message>
        <message>
            <source>Portrait of a document compared with the face</source>
            <translation>قورنت صورة وثيقة بالوجه</translation>
        </message>
        <message>
            <source>Pre-registration</source>
            <translation>التسجيل المسبق</translation>
        </message>
        <message>
            <source>Pre-registration fetched and kept</source>
            <translation>جُلب تسجيل مسبق وحُفظ</translation>
        </message>
        <message>
            <source>Pre-registration taken into a registration</source>
            <translation>أُدرج تسجيل مسبق في تسجيل</translation>
        </message>
        <message>
            <source>Pre-registrations destroyed, their time being over</source>
            <translation>أُتلفت تسجيلات مسبقة لانتهاء مدتها</translation>
        </message>
        <message>
            <source>Prefill</source>
            <translation>التعبئة المسبقة</translation>
        </message>
        <message>
            <source>Press Scan: what the page says is filled into the form. Then go on.</source>
            <translation>اضغط «مسح»: ما تقوله الصفحة يُملأ في النموذج. ثم تابع.</translation>
        </message>
        <message>
            <source>Press Start once. Everything is taken by itself; it stops where you have to decide.</source>
            <translation>اضغط «ابدأ» مرة واحدة. كل شيء يُلتقط وحده، ويتوقف حيث عليك أن تقرر.</translation>
        </message>
        <message>
            <source>Press Start: everything is then taken by itself, one after the other.</source>
            <translation>اضغط «ابدأ»: يُلتقط كل شيء بعد ذلك تلقائيًا، واحدًا بعد الآخر.</translation>
        </message>
        <message>
            <source>Press again to remove {name} for good, with finger and face.</source>
            <translation>اضغط مرة أخرى لإزالة {name} نهائيًا مع الإصبع والوجه.</translation>
        </message>
        <message>
            <source>Press the button that has the frame, or tick the box</source>
            <translation>الضغط على الزر المحاط بإطار، أو وضع علامة في المربع</translation>
        </message>
        <message>
            <source>Press the coloured button</source>
            <translation>الضغط على الزر الملون</translation>
        </message>
        <message>
            <source>Press the large button: somebody new sits down before you.</source>
            <translation>اضغط الزر الكبير: شخص جديد يجلس أمامك.</translation>
        </message>
        <message>
            <source>Press the way the person chooses, and do what stands in the middle.</source>
            <translation>اضغط الطريقة التي يختارها الشخص، وافعل ما هو مكتوب في الوسط.</translation>
        </message>
        <message>
            <source>Previous registration</source>
            <translation>التسجيل السابق</translation>
        </message>
        <message>
            <source>Print the slip</source>
            <translation>طباعة الإيصال</translation>
        </message>
        <message>
            <source>Print the slip and hand it to the person.</source>
            <translation>اطبع الإيصال وسلّمه إلى الشخص.</translation>
        </message>
        <message>
            <source>Print the slip if you like, then press Next person. Sending goes on by itself.</source>
            <translation>اطبع الإشعار إن شئت، ثم اضغط «الشخص التالي». الإرسال يستمر وحده.</translation>
        </message>
        <message>
            <source>Printer</source>
            <translation>الطابعة</translation>
        </message>
        <message>
            <source>Printing …</source>
            <translation>جارٍ الطباعة …</translation>
        </message>
        <message>
            <source>Proof of address</source>
            <translation>إثبات العنوان</translation>
        </message>
        <message>
            <source>Proof of an identity put together</source>
            <translation>جُمع إثبات هوية</translation>
        </message>
        <message>
            <source>Proof of an identity written; what it rests on destroyed here</source>
            <translation>كُتب إثبات هوية وأُتلف هنا ما يستند إليه</translation>
        </message>
        <message>
            <source>Proof of identity</source>
            <translation>إثبات الهوية</translation>
        </message>
        <message>
            <source>Proof of identity cancelled</source>
            <translation>أُلغي إثبات الهوية</translation>
        </message>
        <message>
            <source>Proof of identity started</source>
            <translation>بدأ إثبات الهوية</translation>
        </message>
        <message>
            <source>Proof of identity went on</source>
            <translation>استمر إثبات الهوية</translation>
        </message>
        <message>
            <source>Proof of identity: what this station asks for</source>
            <translation>إثبات الهوية: ما تطلبه هذه المحطة</translation>
        </message>
        <message>
            <source>Proof signed by the service</source>
            <translation>إثبات موقّع من الخدمة</translation>
        </message>
        <message>
            <source>Proofing configuration</source>
            <translation>إعداد إثبات الهوية</translation>
        </message>
        <message>
            <source>Proofing configuration set</source>
            <translation>ضُبط إعداد الإثبات</translation>
        </message>
        <message>
            <source>Put away for now</source>
            <translation>حفظ لوقت لاحق</translation>
        </message>
        <message>
            <source>Put away, to be finished</source>
            <translation>محفوظة لاستكمالها لاحقًا</translation>
        </message>
        <message>
            <source>Quality</source>
            <translation>الجودة</translation>
        </message>
        <message>
            <source>Quality by device</source>
            <translation>الجودة بحسب الجهاز</translation>
        </message>
        <message>
            <source>Quality by officer</source>
            <translation>الجودة بحسب الموظف</translation>
        </message>
        <message>
            <source>Quality of what I capture</source>
            <translation>جودة ما ألتقطه</translation>
        </message>
        <message>
            <source>Read a document</source>
            <translation>قراءة وثيقة</translation>
        </message>
        <message>
            <source>Read the chip</source>
            <translation>قراءة الشريحة</translation>
        </message>
        <message>
            <source>Read the text to the person, or show it to them with F8. They agree: press the button.</source>
            <translation>اقرأ النص على الشخص أو اعرضه عليه بالمفتاح F8. إن وافق فاضغط الزر.</translation>
        </message>
        <message>
            <source>Read this to the person first, and ask whether they agree.</source>
            <translation>اقرؤوا هذا للشخص أولاً واسألوه إن كان موافقًا.</translation>
        </message>
        <message>
            <source>Read this to the person in a language they understand, then ask.</source>
            <translation>اقرأ هذا النص على الشخص بلغة يفهمها، ثم اطلب موافقته.</translation>
        </message>
        <message>
            <source>Read this with your app, then type the code it shows.</source>
            <translation>اقرأ هذا بتطبيقك، ثم اكتب الرمز الذي يعرضه.</translation>
        </message>
        <message>
            <source>Reading what it says …</source>
            <translation>جارٍ قراءة ما فيها…</translation>
        </message>
        <message>
            <source>Reading …</source>
            <translation>جارٍ القراءة…</translation>
        </message>
        <message>
            <source>Reason</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Reason given for samples below the threshold</source>
            <translation>أُعطي سبب لعينات دون الحد</translation>
        </message>
        <message>
            <source>Record of a register</source>
            <translation>قيد من سجل</translation>
        </message>
        <message>
            <source>Records of the trail, the newest first</source>
            <translation>سجلات التدقيق، الأحدث أولًا</translation>
        </message>
        <message>
            <source>Recurring job ran</source>
            <translation>نُفذت مهمة دورية</translation>
        </message>
        <message>
            <source>Registered at station</source>
            <translation>سُجّل في المحطة</translation>
        </message>
        <message>
            <source>Registration</source>
            <translation>التسجيل</translation>
        </message>
        <message>
            <source>Registration confirmed by a supervisor</source>
            <translation>أكد مشرف التسجيل</translation>
        </message>
        <message>
            <source>Registration discarded</source>
            <translation>أُلغي التسجيل</translation>
        </message>
        <message>
            <source>Registration finished</source>
            <translation>اكتمل التسجيل</translation>
        </message>
        <message>
            <source>Registration handed out to be reviewed elsewhere</source>
            <translation>سُلّم تسجيل للمراجعة في مكان آخر</translation>
        </message>
        <message>
            <source>Registration number</source>
            <translation>رقم التسجيل</translation>
        </message>
        <message>
            <source>Registration officer</source>
            <translation>موظف التسجيل</translation>
        </message>
        <message>
            <source>Registration resumed</source>
            <translation>استُؤنف التسجيل</translation>
        </message>
        <message>
            <source>Registration signed by the officer</source>
            <translation>وقّع الموظف التسجيل</translation>
        </message>
        <message>
            <source>Registration started</source>
            <translation>بدأ التسجيل</translation>
        </message>
        <message>
            <source>Registration was shown to a supervisor for review</source>
            <translation>عُرض التسجيل على مشرف للمراجعة</translation>
        </message>
        <message>
            <source>Registration {number}</source>
            <translation>التسجيل {number}</translation>
        </message>
        <message>
            <source>Registration's proof of identity settled</source>
            <translation>حُسم إثبات هوية تسجيل</translation>
        </message>
        <message>
            <source>Registrations</source>
            <translation>التسجيلات</translation>
        </message>
        <message>
            <source>Registrations before an officer's exceptions are a sign</source>
            <translation>التسجيلات قبل أن تصبح استثناءات الموظف علامة</translation>
        </message>
        <message>
            <source>Registrations by day</source>
            <translation>التسجيلات باليوم</translation>
        </message>
        <message>
            <source>Registrations by hour</source>
            <translation>التسجيلات بالساعة</translation>
        </message>
        <message>
            <source>Registrations put into the list for review</source>
            <translation>أُدرجت تسجيلات في قائمة المراجعة</translation>
        </message>
        <message>
            <source>Registrations to be reviewed, the riskiest first</source>
            <translation>تسجيلات للمراجعة، الأكثر خطورة أولًا</translation>
        </message>
        <message>
            <source>Registrations until hints go away by themselves</source>
            <translation>عدد التسجيلات قبل أن تختفي الإرشادات من تلقاء نفسها</translation>
        </message>
        <message>
            <source>Reject</source>
            <translation>رفض</translation>
        </message>
        <message>
            <source>Remove</source>
            <translation>إزالة</translation>
        </message>
        <message>
            <source>Remove this page</source>
            <translation>إزالة هذه الصفحة</translation>
        </message>
        <message>
            <source>Renew</source>
            <translation>تجديد</translation>
        </message>
        <message>
            <source>Results of a proof of identity written</source>
            <translation>كُتبت نتائج إثبات الهوية</translation>
        </message>
        <message>
            <source>Review</source>
            <translation>المراجعة</translation>
        </message>
        <message>
            <source>Review ({count})</source>
            <translation>المراجعة ({count})</translation>
        </message>
        <message>
            <source>Right eye</source>
            <translation>العين اليمنى</translation>
        </message>
        <message>
            <source>Right hand</source>
            <translation>اليد اليمنى</translation>
        </message>
        <message>
            <source>Right index finger</source>
            <translation>السبابة اليمنى</translation>
        </message>
        <message>
            <source>Right little finger</source>
            <translation>الخنصر الأيمن</translation>
        </message>
        <message>
            <source>Right middle finger</source>
            <translation>الوسطى اليمنى</translation>
        </message>
        <message>
            <source>Right ring finger</source>
            <translation>البنصر الأيمن</translation>
        </message>
        <message>
            <source>Right thumb</source>
            <translation>الإبهام الأيمن</translation>
        </message>
        <message>
            <source>Roles of an operator changed</source>
            <translation>غُيّرت أدوار أحد المشغّلين</translation>
        </message>
        <message>
            <source>Roll of 58 mm</source>
            <translation>لفة 58 مم</translation>
        </message>
        <message>
            <source>Roll of 80 mm</source>
            <translation>لفة 80 مم</translation>
        </message>
        <message>
            <source>Rule {rule} takes something from {source}, which is no step that finds anything.</source>
            <translation>تأخذ القاعدة {rule} شيئًا من {source}، وهي ليست خطوة تُعطي نتيجة.</translation>
        </message>
        <message>
            <source>Save a copy</source>
            <translation>حفظ نسخة</translation>
        </message>
        <message>
            <source>Save a report for support</source>
            <translation>حفظ تقرير للدعم</translation>
        </message>
        <message>
            <source>Save as PDF …</source>
            <translation>حفظ بصيغة PDF…</translation>
        </message>
        <message>
            <source>Save the slip</source>
            <translation>حفظ الإيصال</translation>
        </message>
        <message>
            <source>Say in a few words why the settings change.</source>
            <translation>اذكر بكلمات قليلة سبب تغيير الإعدادات.</translation>
        </message>
        <message>
            <source>Say why this proof of identity is cancelled.</source>
            <translation>اذكر سبب إلغاء هذا التحقق من الهوية.</translation>
        </message>
        <message>
            <source>Says something else than the form: {fields}. Decide in Details.</source>
            <translation>تقول غير ما في النموذج: {fields}. قرّر في صفحة البيانات.</translation>
        </message>
        <message>
            <source>Scan</source>
            <translation>مسح ضوئي</translation>
        </message>
        <message>
            <source>Scan again</source>
            <translation>إعادة المسح</translation>
        </message>
        <message>
            <source>Scanning …</source>
            <translation>جارٍ المسح الضوئي…</translation>
        </message>
        <message>
            <source>Screen locked</source>
            <translation>قُفلت الشاشة</translation>
        </message>
        <message>
            <source>Screen unlocked</source>
            <translation>فُتح قفل الشاشة</translation>
        </message>
        <message>
            <source>Seal and send</source>
            <translation>ختم وإرسال</translation>
        </message>
        <message>
            <source>Sealed</source>
            <translation>مختومة</translation>
        </message>
        <message>
            <source>Sealed and sent</source>
            <translation>المختومة والمرسلة</translation>
        </message>
        <message>
            <source>Sealed far away</source>
            <translation>خُتم في مكان بعيد</translation>
        </message>
        <message>
            <source>Sealed packet destroyed, the server being done with it</source>
            <translation>أُتلفت الحزمة المختومة بعد أن أنهاها الخادم</translation>
        </message>
        <message>
            <source>Sealed packet of {size} kB in the outbox.</source>
            <translation>حزمة مختومة بحجم {size} كيلوبايت في صندوق الصادر.</translation>
        </message>
        <message>
            <source>Sealed {kilometres} km from where this station stands.</source>
            <translation>خُتم على بعد {kilometres} كم من موقع هذه المحطة.</translation>
        </message>
        <message>
            <source>Sealing a signed registration failed</source>
            <translation>فشل ختم تسجيل موقّع</translation>
        </message>
        <message>
            <source>Search</source>
            <translation>بحث</translation>
        </message>
        <message>
            <source>Searched for</source>
            <translation>بُحث عنها</translation>
        </message>
        <message>
            <source>Searches for duplicates</source>
            <translation>البحث عن المكررات</translation>
        </message>
        <message>
            <source>Second language</source>
            <translation>اللغة الثانية</translation>
        </message>
        <message>
            <source>Seconds a clock may be set back</source>
            <translation>الثواني التي يجوز إرجاع الساعة بها</translation>
        </message>
        <message>
            <source>Seconds between this clock and the server's</source>
            <translation>الثواني بين هذه الساعة وساعة الخادم</translation>
        </message>
        <message>
            <source>Seconds of the first wait; the next ones are twice as long each</source>
            <translation>ثواني الانتظار الأول؛ وكل انتظار بعده ضعف ما قبله</translation>
        </message>
        <message>
            <source>Seconds of the longest wait</source>
            <translation>ثواني أطول انتظار</translation>
        </message>
        <message>
            <source>Secret of a proofing method kept</source>
            <translation>حُفظ سر طريقة إثبات</translation>
        </message>
        <message>
            <source>Send again</source>
            <translation>إعادة الإرسال</translation>
        </message>
        <message>
            <source>Send another code</source>
            <translation>إرسال رمز آخر</translation>
        </message>
        <message>
            <source>Send back</source>
            <translation>إعادة</translation>
        </message>
        <message>
            <source>Send now</source>
            <translation>إرسال الآن</translation>
        </message>
        <message>
            <source>Sending abroad</source>
            <translation>الإرسال إلى الخارج</translation>
        </message>
        <message>
            <source>Sending continued</source>
            <translation>استُؤنف الإرسال</translation>
        </message>
        <message>
            <source>Sending is paused at this station. The packet is kept and goes when sending is continued.</source>
            <translation>الإرسال متوقف مؤقتًا في هذه المحطة. الحزمة محفوظة وسترسل عند متابعة الإرسال.</translation>
        </message>
        <message>
            <source>Sending is paused. {count} packets wait.</source>
            <translation>الإرسال متوقف مؤقتًا. عدد الحزم المنتظرة: {count}.</translation>
        </message>
        <message>
            <source>Sending paused</source>
            <translation>أُوقف الإرسال مؤقتًا</translation>
        </message>
        <message>
            <source>Sending …</source>
            <translation>جارٍ الإرسال…</translation>
        </message>
        <message>
            <source>Sent</source>
            <translation>مرسلة</translation>
        </message>
        <message>
            <source>Server</source>
            <translation>الخادم</translation>
        </message>
        <message>
            <source>Server asked what became of packets</source>
            <translation>سُئل الخادم عن مصير الحزم</translation>
        </message>
        <message>
            <source>Server certificate stored</source>
            <translation>حُفظت شهادة الخادم</translation>
        </message>
        <message>
            <source>Server said the same as before</source>
            <translation>قال الخادم ما قاله من قبل</translation>
        </message>
        <message>
            <source>Server said what became of a packet</source>
            <translation>أخبر الخادم بمصير حزمة</translation>
        </message>
        <message>
            <source>Server wants a packet sent again</source>
            <translation>يريد الخادم إرسال حزمة من جديد</translation>
        </message>
        <message>
            <source>Service asked whether it is there</source>
            <translation>سُئلت خدمة هل هي موجودة</translation>
        </message>
        <message>
            <source>Services that prove who people are. Checking whether they are there tells them of nobody.</source>
            <translation>خدمات تُثبت هويات الناس. التحقق من توفرها لا يُخبرها عن أحد.</translation>
        </message>
        <message>
            <source>Set up an authenticator</source>
            <translation>إعداد تطبيق مصادقة</translation>
        </message>
        <message>
            <source>Set up the station</source>
            <translation>إعداد المحطة</translation>
        </message>
        <message>
            <source>Set up this station</source>
            <translation>إعداد هذه المحطة</translation>
        </message>
        <message>
            <source>Set up what this station asks for before you go on.</source>
            <translation>أعدّ ما تطلبه هذه المحطة قبل أن تتابع.</translation>
        </message>
        <message>
            <source>Set up. Setting it up again replaces it.</source>
            <translation>تم الإعداد. إعداده من جديد يستبدله.</translation>
        </message>
        <message>
            <source>Set-up bundle imported</source>
            <translation>استُوردت حزمة الإعداد</translation>
        </message>
        <message>
            <source>Setting</source>
            <translation>الإعداد</translation>
        </message>
        <message>
            <source>Settings</source>
            <translation>الإعدادات</translation>
        </message>
        <message>
            <source>Settings of the station changed</source>
            <translation>غُيّرت إعدادات المحطة</translation>
        </message>
        <message>
            <source>Settings to be changed: {count}</source>
            <translation>الإعدادات المراد تغييرها: {count}</translation>
        </message>
        <message>
            <source>Sex</source>
            <translation>الجنس</translation>
        </message>
        <message>
            <source>Share of the rest that is looked at (0 to 1)</source>
            <translation>حصة الباقي التي يُنظر فيها (من 0 إلى 1)</translation>
        </message>
        <message>
            <source>Shared document</source>
            <translation>وثيقة مُشارَكة</translation>
        </message>
        <message>
            <source>Sharing of details</source>
            <translation>مشاركة البيانات</translation>
        </message>
        <message>
            <source>Show everything</source>
            <translation>إظهار الكل</translation>
        </message>
        <message>
            <source>Show to the camera</source>
            <translation>العرض على الكاميرا</translation>
        </message>
        <message>
            <source>Show to the person</source>
            <translation>العرض على الشخص</translation>
        </message>
        <message>
            <source>Show to the person ({key})</source>
            <translation>العرض على الشخص ({key})</translation>
        </message>
        <message>
            <source>Show where</source>
            <translation>إظهار الموضع</translation>
        </message>
        <message>
            <source>Shown so far: {level}</source>
            <translation>المُثبت حتى الآن: {level}</translation>
        </message>
        <message>
            <source>Sign</source>
            <translation>التوقيع</translation>
        </message>
        <message>
            <source>Sign and send</source>
            <translation>توقيع وإرسال</translation>
        </message>
        <message>
            <source>Sign in</source>
            <translation>تسجيل الدخول</translation>
        </message>
        <message>
            <source>Sign off</source>
            <translation>توقيع</translation>
        </message>
        <message>
            <source>Sign off ({count})</source>
            <translation>توقيع ({count})</translation>
        </message>
        <message>
            <source>Sign out</source>
            <translation>تسجيل الخروج</translation>
        </message>
        <message>
            <source>Sign the change</source>
            <translation>توقيع التغيير</translation>
        </message>
        <message>
            <source>Sign-in at a provider</source>
            <translation>تسجيل دخول لدى مزوّد</translation>
        </message>
        <message>
            <source>Sign-in at the server failed</source>
            <translation>فشل تسجيل الدخول إلى الخادم</translation>
        </message>
        <message>
            <source>Signed and kept. It can be sealed once this station has reached the server for the first time; until then it waits on the desk.</source>
            <translation>تم التوقيع والحفظ. يمكن ختم التسجيل عندما تتصل هذه المحطة بالخادم لأول مرة، وحتى ذلك الحين ينتظر في الصفحة الرئيسية.</translation>
        </message>
        <message>
            <source>Signed by the key {fingerprint}</source>
            <translation>موقّع بالمفتاح {fingerprint}</translation>
        </message>
        <message>
            <source>Signed report about a registration written</source>
            <translation>كُتب تقرير موقّع عن تسجيل</translation>
        </message>
        <message>
            <source>Signed. It is sealed in the background; the next person may sit down.</source>
            <translation>تم التوقيع. تُختم الحزمة في الخلفية؛ يمكن للشخص التالي أن يجلس.</translation>
        </message>
        <message>
            <source>Signing …</source>
            <translation>جارٍ التوقيع…</translation>
        </message>
        <message>
            <source>Signs for and against a living face were shown</source>
            <translation>عُرضت دلائل مع وضد الوجه الحي</translation>
        </message>
        <message>
            <source>Since when it counts</source>
            <translation>منذ متى يسري</translation>
        </message>
        <message>
            <source>Since {since} nobody was wrong with a password.</source>
            <translation>منذ {since} لم يخطئ أحد في كلمة المرور.</translation>
        </message>
        <message>
            <source>Since {since} nothing was done here that a limit could have stopped.</source>
            <translation>منذ {since} لم يُنجز هنا شيء كان يمكن لحدّ أن يوقفه.</translation>
        </message>
        <message>
            <source>Since {since} the screen locked by itself {locks} times. How often more it would have cannot be told: when somebody last touched the computer is not kept.</source>
            <translation>منذ {since} قُفلت الشاشة من تلقاء نفسها {locks} مرات. ولا يُعرف كم مرة إضافية كانت ستُقفل: لا يُحفظ متى لمس أحد الحاسوب آخر مرة.</translation>
        </message>
        <message>
            <source>Since {since} the screen locked by itself {locks} times; {spared} times it would not have.</source>
            <translation>منذ {since} قُفلت الشاشة من تلقاء نفسها {locks} مرات؛ ولم تكن لتُقفل في {spared} منها.</translation>
        </message>
        <message>
            <source>Since {since} the station would have stood still on {stopped} more days, and no longer on {freed}; {begun} of {all} registrations were begun meanwhile (told from {records} records of the trail).</source>
            <translation>منذ {since} كانت المحطة ستتوقف في {stopped} أيام إضافية، ولن تتوقف بعد ذلك في {freed}؛ وبدأ خلالها {begun} من {all} تسجيلًا (بحسب {records} قيدًا في السجل).</translation>
        </message>
        <message>
            <source>Since {since} there were {wrong} wrong attempts in {rows} series; in {differing} of them the wait would have been another one.</source>
            <translation>منذ {since} كانت هناك {wrong} محاولات خاطئة في {rows} سلاسل؛ وفي {differing} منها كان الانتظار سيختلف.</translation>
        </message>
        <message>
            <source>Sit a little higher.</source>
            <translation>اجلس أعلى قليلًا.</translation>
        </message>
        <message>
            <source>Sit a little lower.</source>
            <translation>اجلس أخفض قليلًا.</translation>
        </message>
        <message>
            <source>Six digits</source>
            <translation>ستة أرقام</translation>
        </message>
        <message>
            <source>Size: about {now} MB of {limit} MB that can be sent.</source>
            <translation>الحجم: نحو {now} ميغابايت من {limit} ميغابايت يمكن إرسالها.</translation>
        </message>
        <message>
            <source>Size: {now} MB so far, about {expected} MB with all that is to come, of {limit} MB that can be sent.</source>
            <translation>الحجم: {now} ميغابايت حتى الآن، ونحو {expected} ميغابايت مع كل ما سيأتي، من {limit} ميغابايت يمكن إرسالها.</translation>
        </message>
        <message>
            <source>Slip</source>
            <translation>الإيصال</translation>
        </message>
        <message>
            <source>Slip printed or written</source>
            <translation>طُبع الإيصال أو كُتب</translation>
        </message>
        <message>
            <source>Smaller</source>
            <translation>أصغر</translation>
        </message>
        <message>
            <source>Some documents cannot be read here: scan them.</source>
            <translation>بعض المستندات لا يمكن قراءتها هنا: امسحها ضوئيًا.</translation>
        </message>
        <message>
            <source>Some of those who confirm it are in another country.</source>
            <translation>بعض من يؤكدون ذلك موجودون في بلد آخر.</translation>
        </message>
        <message>
            <source>Somebody else signs in</source>
            <translation>دخول شخص آخر</translation>
        </message>
        <message>
            <source>Somebody else went on with this proof of identity: it is at {actual}, not at {expected}.</source>
            <translation>تابع شخص آخر هذا التحقق من الهوية: هو عند {actual} وليس عند {expected}.</translation>
        </message>
        <message>
            <source>Somebody looks alike</source>
            <translation>شخص يشبهه</translation>
        </message>
        <message>
            <source>Somebody new</source>
            <translation>شخص جديد</translation>
        </message>
        <message>
            <source>Somebody of that user name works here already. Choose another name.</source>
            <translation>يعمل هنا شخص باسم المستخدم هذا. اختر اسمًا آخر.</translation>
        </message>
        <message>
            <source>Somebody outside answers. The answer comes by itself.</source>
            <translation>يجيب طرف خارجي. تصل الإجابة تلقائيًا.</translation>
        </message>
        <message>
            <source>Somebody vouched</source>
            <translation>شخص كَفَلَ هويته</translation>
        </message>
        <message>
            <source>Somebody vouches for the person</source>
            <translation>شخص يشهد لصاحب الطلب</translation>
        </message>
        <message>
            <source>Something covers the document. Take your hand away from it.</source>
            <translation>شيء ما يغطي الوثيقة. أبعد يدك عنها.</translation>
        </message>
        <message>
            <source>Something else happened to the step {node} meanwhile. Look at it again before you go on.</source>
            <translation>تغيرت الخطوة {node} في هذه الأثناء. انظر إليها مرة أخرى قبل المتابعة.</translation>
        </message>
        <message>
            <source>Something is mirrored in the eye. Take glasses off, and turn away from windows.</source>
            <translation>هناك انعكاس في العين. انزع النظارة وابتعد بوجهك عن النوافذ.</translation>
        </message>
        <message>
            <source>Something is missing in this form.</source>
            <translation>هناك ما ينقص في هذا النموذج.</translation>
        </message>
        <message>
            <source>Something is missing or not right: see the fields with a red frame.</source>
            <translation>بعض البيانات ناقص أو غير صحيح: راجع الحقول ذات الإطار الأحمر.</translation>
        </message>
        <message>
            <source>Something is still missing. Go back to the step that is not ticked.</source>
            <translation>ما زال هناك شيء ناقص. عد إلى الخطوة التي ليست عليها علامة ✓.</translation>
        </message>
        <message>
            <source>Something is wrong with the chip. Nothing was taken from it. Call your supervisor.</source>
            <translation>في الشريحة خلل. لم يؤخذ منها شيء. اتصل بمشرفك.</translation>
        </message>
        <message>
            <source>Something went wrong inside the program ({kind}). What was confirmed before is kept; try again, and tell your supervisor if it stays.</source>
            <translation>حدث خطأ داخل البرنامج ({kind}). ما تم تأكيده من قبل محفوظ؛ حاول مجددًا، وأبلغ المشرف إذا تكرر الخطأ.</translation>
        </message>
        <message>
            <source>Something went wrong with this service when it was asked last. Check it again.</source>
            <translation>حدث خلل في هذه الخدمة عند آخر سؤال لها. افحصها من جديد.</translation>
        </message>
        <message>
            <source>Space</source>
            <translation>مفتاح المسافة</translation>
        </message>
        <message>
            <source>Speaks against it</source>
            <translation>قرينة ضدّه</translation>
        </message>
        <message>
            <source>Speed of sending limited</source>
            <translation>حُدّت سرعة الإرسال</translation>
        </message>
        <message>
            <source>Standing</source>
            <translation>الحال</translation>
        </message>
        <message>
            <source>Start</source>
            <translation>ابدأ</translation>
        </message>
        <message>
            <source>Start (Space)</source>
            <translation>ابدأ (مفتاح المسافة)</translation>
        </message>
        <message>
            <source>Start a new registration</source>
            <translation>بدء تسجيل جديد</translation>
        </message>
        <message>
            <source>Start, go on, or take the picture</source>
            <translation>البدء أو المتابعة أو التقاط الصورة</translation>
        </message>
        <message>
            <source>State</source>
            <translation>الحالة</translation>
        </message>
        <message>
            <source>State: {state}</source>
            <translation>الحالة: {state}</translation>
        </message>
        <message>
            <source>Station</source>
            <translation>المحطة</translation>
        </message>
        <message>
            <source>Station bound to this computer, or released</source>
            <translation>رُبطت المحطة بهذا الحاسوب أو حُرّرت</translation>
        </message>
        <message>
            <source>Station created</source>
            <translation>أُنشئت المحطة</translation>
        </message>
        <message>
            <source>Station {station}, from {first} to {last}</source>
            <translation>المحطة {station}، من {first} إلى {last}</translation>
        </message>
        <message>
            <source>Step</source>
            <translation>الخطوة</translation>
        </message>
        <message>
            <source>Step completed</source>
            <translation>أُنجزت خطوة</translation>
        </message>
        <message>
            <source>Still reading what the document says …</source>
            <translation>ما زالت الوثيقة تُقرأ…</translation>
        </message>
        <message>
            <source>Stop</source>
            <translation>إيقاف</translation>
        </message>
        <message>
            <source>Stored faces are damaged and were not compared ({count}). Whether this person was here before is not sure.</source>
            <translation>بعض الوجوه المحفوظة تالفة ولم تُقارن ({count}). ليس من المؤكد ما إذا كان هذا الشخص قد حضر من قبل.</translation>
        </message>
        <message>
            <source>Story</source>
            <translation>القصة</translation>
        </message>
        <message>
            <source>Supervisor</source>
            <translation>المشرف</translation>
        </message>
        <message>
            <source>Supervisor decided, to be signed off</source>
            <translation>قرر المشرف، بانتظار التوقيع</translation>
        </message>
        <message>
            <source>Supervisor signed off a number of decisions</source>
            <translation>وقّع المشرف عددًا من القرارات</translation>
        </message>
        <message>
            <source>Supervisor's decision signed off</source>
            <translation>وُقّع قرار المشرف</translation>
        </message>
        <message>
            <source>Tab</source>
            <translation>Tab</translation>
        </message>
        <message>
            <source>Take a moment longer before the capture, and look at the glass or the lens first.</source>
            <translation>تمهّل لحظة قبل الالتقاط، وانظر أولًا إلى الزجاج أو العدسة.</translation>
        </message>
        <message>
            <source>Take any</source>
            <translation>أيّ جهاز</translation>
        </message>
        <message>
            <source>Take it</source>
            <translation>أخذ ما ورد</translation>
        </message>
        <message>
            <source>Take it again</source>
            <translation>إعادة الالتقاط</translation>
        </message>
        <message>
            <source>Take it without what the services signed</source>
            <translation>أخذه دون ما وقّعته الخدمات</translation>
        </message>
        <message>
            <source>Take one picture of the face together with what cannot be captured: {missing}.</source>
            <translation>التقط صورة واحدة للوجه مع ما لا يمكن التقاطه: {missing}.</translation>
        </message>
        <message>
            <source>Take the picture (Space)</source>
            <translation>التقاط الصورة (مفتاح المسافة)</translation>
        </message>
        <message>
            <source>Take the picture when everything is to be seen.</source>
            <translation>التقط الصورة عندما يظهر كل شيء.</translation>
        </message>
        <message>
            <source>Take the proof</source>
            <translation>أخذ الإثبات</translation>
        </message>
        <message>
            <source>Take these settings again</source>
            <translation>استعادة هذه الإعدادات</translation>
        </message>
        <message>
            <source>Team's median</source>
            <translation>وسيط الفريق</translation>
        </message>
        <message>
            <source>Template of a face destroyed</source>
            <translation>أُتلف قالب وجه</translation>
        </message>
        <message>
            <source>Template of a face kept to search among</source>
            <translation>حُفظ قالب وجه للبحث</translation>
        </message>
        <message>
            <source>Templates destroyed, their time being over</source>
            <translation>أُتلفت قوالب لانتهاء مدتها</translation>
        </message>
        <message>
            <source>Templates found damaged</source>
            <translation>وُجدت قوالب تالفة</translation>
        </message>
        <message>
            <source>Test</source>
            <translation>فحص</translation>
        </message>
        <message>
            <source>Test {name}</source>
            <translation>فحص {name}</translation>
        </message>
        <message>
            <source>Thank you, that is good.</source>
            <translation>شكرًا، هذا جيد.</translation>
        </message>
        <message>
            <source>Thank you, that was all.</source>
            <translation>شكرًا، انتهينا.</translation>
        </message>
        <message>
            <source>That a living person sat before the camera rests on the officer's word alone.</source>
            <translation>كون شخص حي أمام الكاميرا يستند إلى قول الموظف وحده.</translation>
        </message>
        <message>
            <source>That the face is a living one was close: {value}, where {threshold} is enough.</source>
            <translation>كون الوجه حيًا كان قريبًا من الحد: {value}، ويكفي {threshold}.</translation>
        </message>
        <message>
            <source>That was not it. The code of the authenticator</source>
            <translation>لم يكن هذا هو الرمز. الرمز الظاهر في تطبيق المصادقة</translation>
        </message>
        <message>
            <source>That was not it. The code sent to {where}</source>
            <translation>لم يكن هذا هو الرمز. الرمز المُرسل إلى {where}</translation>
        </message>
        <message>
            <source>The ID schema always requires {field}, and its condition can hide it: a server may refuse who lacks it.</source>
            <translation>مخطط الهوية يتطلب {field} دائمًا، وشرطه قد يخفيه: قد يرفض الخادم من لا يملكه.</translation>
        </message>
        <message>
            <source>The ID schema cannot be read. Ask your administrator.</source>
            <translation>تتعذر قراءة مخطط بيانات الهوية. راجع مسؤول النظام.</translation>
        </message>
        <message>
            <source>The ID schema gives the field {field} the category kyc. A server finds no documents and no biometrics there. Ask your administrator.</source>
            <translation>يضع مخطط بيانات الهوية الحقل {field} في الفئة kyc، حيث لا يجد الخادم المستندات ولا البيانات الحيوية. راجع مسؤول النظام.</translation>
        </message>
        <message>
            <source>The ID schema has no field {field}: what is typed there is never delivered.</source>
            <translation>لا يوجد في مخطط الهوية حقل {field}: ما يُكتب فيه لا يُسلَّم أبدًا.</translation>
        </message>
        <message>
            <source>The ID schema has no handle {field}: nobody could sign in by it. Mark the field there.</source>
            <translation>لا يوجد في مخطط الهوية معرّف دخول {field}: لا يمكن لأحد الدخول به. علّم الحقل هناك.</translation>
        </message>
        <message>
            <source>The ID schema requires {field}, and no screen asks for it. Add the field to a screen.</source>
            <translation>مخطط الهوية يتطلب {field} ولا تسأل عنه أي شاشة. أضف الحقل إلى شاشة.</translation>
        </message>
        <message>
            <source>The ID schema sends a field to a part of the packet that does not exist.</source>
            <translation>يوجّه مخطط بيانات الهوية حقلًا إلى جزء غير موجود في الحزمة.</translation>
        </message>
        <message>
            <source>The JPEG 2000 picture is cut off or damaged.</source>
            <translation>صورة JPEG 2000 مقطوعة أو تالفة.</translation>
        </message>
        <message>
            <source>The PDF holds no pages this program can read. Scan the document instead.</source>
            <translation>لا يحتوي ملف PDF على صفحات يستطيع هذا البرنامج قراءتها. امسح الوثيقة ضوئيًا بدلًا من ذلك.</translation>
        </message>
        <message>
            <source>The WSQ picture is cut off or damaged, at byte {offset}.</source>
            <translation>صورة WSQ مقطوعة أو تالفة، عند البايت {offset}.</translation>
        </message>
        <message>
            <source>The WSQ picture is larger than any fingerprint reader makes.</source>
            <translation>صورة WSQ أكبر مما ينتجه أي قارئ بصمات.</translation>
        </message>
        <message>
            <source>The address is not right</source>
            <translation>العنوان غير صحيح</translation>
        </message>
        <message>
            <source>The address of the service that proves identities is not secure (https), so it was not asked. Tell your administrator.</source>
            <translation>عنوان الخدمة التي تثبت الهويات غير آمن (https)، ولذلك لم تُسأل. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The age does not fit the photo</source>
            <translation>العمر لا يوافق الصورة</translation>
        </message>
        <message>
            <source>The age groups cannot be read. They are written like {example}. Ask your administrator.</source>
            <translation>لا يمكن قراءة الفئات العمرية. تُكتب مثل {example}. اسأل مسؤول النظام.</translation>
        </message>
        <message>
            <source>The age groups {first} and {second} overlap: nobody can tell which rules count. Ask your administrator.</source>
            <translation>الفئتان العمريتان {first} و{second} متداخلتان: لا يُعرف أي القواعد تسري. اسأل مسؤول النظام.</translation>
        </message>
        <message>
            <source>The answer cannot be written. Perhaps the disk is full.</source>
            <translation>لا يمكن كتابة الجواب. ربما القرص ممتلئ.</translation>
        </message>
        <message>
            <source>The answer for the step {node} came too late. Begin this step again.</source>
            <translation>وصل جواب الخطوة {node} متأخرًا. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The answer in the browser belongs to another request. Begin this step again.</source>
            <translation>الإجابة في المتصفح تخص طلبًا آخر. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The answer in the browser belongs to another sign-in. Begin this step again.</source>
            <translation>الإجابة في المتصفح تخص تسجيل دخول آخر. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The answer in the browser is from another identity provider than the one that was asked.</source>
            <translation>الجواب في المتصفح من مزوّد هوية غير الذي سُئل.</translation>
        </message>
        <message>
            <source>The answer of the service that proves identities cannot be read. Tell your administrator.</source>
            <translation>لا يمكن قراءة جواب الخدمة التي تثبت الهويات. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The answer of the service that proves identities was too long and was not read. Tell your administrator.</source>
            <translation>كان جواب الخدمة التي تثبت الهويات طويلًا جدًا ولم يُقرأ. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The answer of the {kind} lacks what is needed ({part}). Tell support.</source>
            <translation>ينقص إجابةَ الجهاز ({kind}) ما يلزم ({part}). أبلغ الدعم.</translation>
        </message>
        <message>
            <source>The app is on this computer</source>
            <translation>التطبيق على هذا الحاسوب</translation>
        </message>
        <message>
            <source>The attempts are used up and something is still missing: {fingers}. Take it once more, or say that it cannot be captured.</source>
            <translation>استُنفدت المحاولات وما زال ينقص: {fingers}. التقطه مرة أخرى، أو اذكر أنه لا يمكن التقاطه.</translation>
        </message>
        <message>
            <source>The attempts are used up. Keep the best there is and say why, or take it once more.</source>
            <translation>استُنفدت المحاولات. احتفظ بأفضل ما يوجد واذكر السبب، أو التقطه مرة أخرى.</translation>
        </message>
        <message>
            <source>The audit records in the packet are not a list of names with texts.</source>
            <translation>سجلات التدقيق في الحزمة ليست قائمة أسماء مع نصوص.</translation>
        </message>
        <message>
            <source>The background is not plain. Put a plain screen behind the person.</source>
            <translation>الخلفية ليست موحّدة. ضع ستارة موحّدة اللون خلف الشخص.</translation>
        </message>
        <message>
            <source>The backup was made by another version of Muster: restore it with that one ({version}).</source>
            <translation>أُنشئت النسخة الاحتياطية بإصدار آخر من Muster: استعدها بذلك الإصدار ({version}).</translation>
        </message>
        <message>
            <source>The barcode</source>
            <translation>الرمز الشريطي</translation>
        </message>
        <message>
            <source>The biometric file has a part that does not belong there, stands in the wrong order or stands twice.</source>
            <translation>يحتوي ملف البيانات الحيوية على جزء ليس في مكانه أو بترتيب خاطئ أو مكرر.</translation>
        </message>
        <message>
            <source>The biometric file has samples inside samples, too deep to be followed.</source>
            <translation>يحتوي ملف البيانات الحيوية على عينات داخل عينات بعمق لا يمكن تتبّعه.</translation>
        </message>
        <message>
            <source>The biometric file has text where only parts may stand.</source>
            <translation>يحتوي ملف البيانات الحيوية على نص في موضع لا يُسمح فيه إلا بالأجزاء.</translation>
        </message>
        <message>
            <source>The biometric file holds more samples than any registration has.</source>
            <translation>يحتوي ملف البيانات الحيوية على عينات أكثر مما في أي تسجيل.</translation>
        </message>
        <message>
            <source>The biometric file is not readable XML.</source>
            <translation>ملف البيانات الحيوية ليس بصيغة XML مقروءة.</translation>
        </message>
        <message>
            <source>The biometric file lacks a part its schema demands.</source>
            <translation>ينقص ملف البيانات الحيوية جزء يشترطه مخططه.</translation>
        </message>
        <message>
            <source>The biometric file lacks a part that every record must have.</source>
            <translation>ينقص ملف البيانات الحيوية جزء يجب أن يوجد في كل سجل.</translation>
        </message>
        <message>
            <source>The biometric file uses a word that its schema does not know.</source>
            <translation>يستخدم ملف البيانات الحيوية كلمة لا يعرفها مخططه.</translation>
        </message>
        <message>
            <source>The built-in receiver did not start. Packets stay in the outbox.</source>
            <translation>لم يبدأ المستقبِل المدمج. تبقى الحزم في صندوق الصادر.</translation>
        </message>
        <message>
            <source>The camera sees nothing but black. Open its cover, switch on the light and try again.</source>
            <translation>لا ترى الكاميرا سوى السواد. افتح غطاءها وأضئ المكان ثم أعد المحاولة.</translation>
        </message>
        <message>
            <source>The camera sends pictures in a form this program cannot read. Use another camera.</source>
            <translation>ترسل الكاميرا صورًا بصيغة لا يستطيع هذا البرنامج قراءتها. استخدم كاميرا أخرى.</translation>
        </message>
        <message>
            <source>The camera stopped sending pictures. Check its power and its cable, then try again.</source>
            <translation>توقفت الكاميرا عن إرسال الصور. تحقق من مصدر طاقتها وكابلها، ثم أعد المحاولة.</translation>
        </message>
        <message>
            <source>The capture technology in the record is none that the standard knows.</source>
            <translation>تقنية الالتقاط المذكورة في السجل غير معروفة في المعيار.</translation>
        </message>
        <message>
            <source>The captures of the {kind} do not follow each other without a gap. Begin with this device again.</source>
            <translation>التقاطات الجهاز ({kind}) لا تتوالى دون انقطاع. ابدأ بهذا الجهاز من جديد.</translation>
        </message>
        <message>
            <source>The case is closed. What the proof rests on is no longer here.</source>
            <translation>أُغلقت الحالة. ما يستند إليه الإثبات لم يعد هنا.</translation>
        </message>
        <message>
            <source>The center's key cannot be read: it is a file with 64 hexadecimal digits.</source>
            <translation>لا يمكن قراءة مفتاح المركز: هو ملف من 64 رقماً ست عشرياً.</translation>
        </message>
        <message>
            <source>The center's server compares no faces for this station (its code: {server_code}). Tell your administrator.</source>
            <translation>لا يقارن خادم المركز الوجوه لهذه المحطة (رمزه: {server_code}). أخبر المسؤول.</translation>
        </message>
        <message>
            <source>The centre does not accept this station's questions to wallets. Tell your administrator.</source>
            <translation>لا يقبل المركز طلبات هذه المحطة إلى المحافظ الرقمية. أخبر المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The centre does not know the question to the wallet any more. Begin this step again.</source>
            <translation>لم يعد المركز يعرف الطلب الموجَّه إلى المحفظة الرقمية. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The certificate by which wallets know this station has expired, or does not count yet. Check this computer's clock, then tell your administrator.</source>
            <translation>انتهت صلاحية الشهادة التي تعرف بها المحافظ الرقمية هذه المحطة، أو لم تبدأ بعد. تحقق من ساعة هذا الحاسوب، ثم أخبر المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The certificate is not valid at this time. Check this computer's clock first.</source>
            <translation>الشهادة غير صالحة في هذا الوقت. تحقق أولًا من ساعة هذا الحاسوب.</translation>
        </message>
        <message>
            <source>The certificate of the authority that issued the document is not valid at this time.</source>
            <translation>شهادة الجهة التي أصدرت الوثيقة غير صالحة في هذا الوقت.</translation>
        </message>
        <message>
            <source>The certificate of the {kind} ends in {days} days. Have it renewed before.</source>
            <translation>تنتهي شهادة الجهاز ({kind}) خلال {days} أيام. جددها قبل ذلك.</translation>
        </message>
        <message>
            <source>The certificate of the {kind} has expired. Connect it to its maker's server, or use another device.</source>
            <translation>انتهت صلاحية شهادة الجهاز ({kind}). صله بخادم صانعه أو استعمل جهازًا آخر.</translation>
        </message>
        <message>
            <source>The certificate of the {kind} is not valid yet. Check the date and time of this computer.</source>
            <translation>شهادة الجهاز ({kind}) لم تصبح صالحة بعد. تحقق من تاريخ هذا الحاسوب ووقته.</translation>
        </message>
        <message>
            <source>The certificate of whoever signed the chip is not one for signing documents. Nothing shows that the chip is genuine.</source>
            <translation>شهادة الجهة التي وقّعت الشريحة ليست مخصّصة لتوقيع الوثائق. ولا شيء يثبت أن الشريحة أصلية.</translation>
        </message>
        <message>
            <source>The certificate of whoever signed the chip is not valid at this time.</source>
            <translation>شهادة من وقّع الشريحة غير صالحة في هذا الوقت.</translation>
        </message>
        <message>
            <source>The certificate the server signs with cannot be used. Check this computer's clock, then tell your administrator.</source>
            <translation>لا يمكن استخدام الشهادة التي يوقّع بها الخادم. تحقق من ساعة هذا الحاسوب، ثم أبلغ مسؤول النظام.</translation>
        </message>
        <message>
            <source>The check digits of the lines on the chip are wrong. No issuer writes such lines.</source>
            <translation>أرقام التحقق في أسطر الشريحة خاطئة. لا تكتب أي جهة إصدار أسطرًا كهذه.</translation>
        </message>
        <message>
            <source>The chip could not show that it is the one its issuer made: it is a copy. Keep the document apart and tell your supervisor.</source>
            <translation>لم تستطع الشريحة إثبات أنها التي صنعتها جهة الإصدار: إنها نسخة. ضع الوثيقة جانبًا وأخبر المشرف.</translation>
        </message>
        <message>
            <source>The chip does not open with this. Check the document number and the dates of birth and expiry, or the six digits.</source>
            <translation>لا تُفتح الشريحة بهذا. تحقق من رقم الوثيقة وتاريخي الميلاد والانتهاء، أو من الأرقام الستة.</translation>
        </message>
        <message>
            <source>The chip does not say who signed it. Its signature cannot be checked.</source>
            <translation>لا تقول الشريحة من وقّعها. لا يمكن التحقق من توقيعها.</translation>
        </message>
        <message>
            <source>The chip gave an answer that cannot be used ({status}). Take the document off the reader, lay it on again and start again.</source>
            <translation>أجابت الشريحة إجابة لا يمكن استعمالها ({status}). ارفع الوثيقة عن القارئ ثم ضعها من جديد وابدأ من جديد.</translation>
        </message>
        <message>
            <source>The chip holds no portrait that can be shown. Compare with the printed one.</source>
            <translation>لا تحوي الشريحة صورة يمكن عرضها. قارن بالصورة المطبوعة.</translation>
        </message>
        <message>
            <source>The chip holds no signature of its issuer that can be read.</source>
            <translation>لا تحوي الشريحة توقيعًا مقروءًا لجهة إصدارها.</translation>
        </message>
        <message>
            <source>The chip is opened by what is printed on the document. Scan the page with the machine-readable lines first, or type the six digits on its front.</source>
            <translation>تُفتح الشريحة بما هو مطبوع على الوثيقة. امسح أولًا الصفحة التي فيها الأسطر المقروءة آليًا، أو اكتب الأرقام الستة على وجهها.</translation>
        </message>
        <message>
            <source>The chip is signed in a way that this program does not know. It cannot be checked.</source>
            <translation>الشريحة موقَّعة بطريقة لا يعرفها هذا البرنامج. لا يمكن التحقق منها.</translation>
        </message>
        <message>
            <source>The chip is signed in an old way (SHA-1) that is no longer strong.</source>
            <translation>الشريحة موقَّعة بطريقة قديمة (SHA-1) لم تعد قوية.</translation>
        </message>
        <message>
            <source>The chip names a key that no honest chip has. Do not trust this document's chip.</source>
            <translation>تذكر الشريحة مفتاحًا لا تملكه شريحة سليمة. لا تثق بشريحة هذه الوثيقة.</translation>
        </message>
        <message>
            <source>The chip was read and is signed by its issuer.</source>
            <translation>قُرئت الشريحة، وهي موقّعة من جهة إصدارها.</translation>
        </message>
        <message>
            <source>The chip was read; who signed it is not known at this station.</source>
            <translation>قُرئت الشريحة؛ ولا تعرف هذه المحطة من وقّعها.</translation>
        </message>
        <message>
            <source>The clock of the {kind} is {minutes} minutes off. Set it, or this computer's, and try again.</source>
            <translation>ساعة الجهاز ({kind}) منحرفة {minutes} دقيقة. اضبطها أو اضبط ساعة هذا الحاسوب وحاول مجددًا.</translation>
        </message>
        <message>
            <source>The clock was set back</source>
            <translation>أُرجعت الساعة إلى الوراء</translation>
        </message>
        <message>
            <source>The code is signed, but what it says is not what a slip says.</source>
            <translation>الرمز موقّع، لكن ما يقوله ليس ما يقوله إيصال.</translation>
        </message>
        <message>
            <source>The code is wrong or was used already. Wait for the next one; check this computer's clock.</source>
            <translation>الرمز خاطئ أو سبق استعماله. انتظر الرمز التالي، وتحقق من ساعة هذا الحاسوب.</translation>
        </message>
        <message>
            <source>The code of the authenticator</source>
            <translation>الرمز الظاهر في تطبيق المصادقة</translation>
        </message>
        <message>
            <source>The code sent to {where}</source>
            <translation>الرمز المُرسل إلى {where}</translation>
        </message>
        <message>
            <source>The code was sent as often as is allowed. Take another way.</source>
            <translation>أُرسل الرمز العدد المسموح به من المرات. اختر طريقة أخرى.</translation>
        </message>
        <message>
            <source>The code was typed too late. Have another one sent.</source>
            <translation>أُدخل الرمز بعد فوات الوقت. اطلب إرسال رمز آخر.</translation>
        </message>
        <message>
            <source>The code was wrong too often and counts no more. Have another one sent.</source>
            <translation>أُدخل الرمز خطأً مرات كثيرة ولم يعد صالحاً. اطلب إرسال رمز آخر.</translation>
        </message>
        <message>
            <source>The colour of the skin is not natural. Change the light, or the camera's white balance.</source>
            <translation>لون البشرة غير طبيعي. غيّر الإضاءة أو توازن الأبيض في الكاميرا.</translation>
        </message>
        <message>
            <source>The condition asks for {name} (column {column}), which no form here has.</source>
            <translation>الشرط يسأل عن {name} (العمود {column})، ولا يوجد في أي نموذج هنا.</translation>
        </message>
        <message>
            <source>The condition cannot be understood from column {column} on ({found}).</source>
            <translation>لا يمكن فهم الشرط ابتداءً من العمود {column} ({found}).</translation>
        </message>
        <message>
            <source>The condition is never true, whatever is typed and however old somebody is.</source>
            <translation>لا يتحقق الشرط أبدًا، مهما كُتب ومهما كان العمر.</translation>
        </message>
        <message>
            <source>The condition is not understood from column {column} on. The field is always shown and never required.</source>
            <translation>الشرط غير مفهوم ابتداءً من العمود {column}. يظهر الحقل دائمًا ولا يُطلب أبدًا.</translation>
        </message>
        <message>
            <source>The condition is too long or nested too deeply (column {column}).</source>
            <translation>الشرط طويل جدًا أو متداخل أكثر من اللازم (العمود {column}).</translation>
        </message>
        <message>
            <source>The content of this registration was destroyed after it was delivered or given up.</source>
            <translation>أُتلف محتوى هذا التسجيل بعد تسليمه أو التخلي عنه.</translation>
        </message>
        <message>
            <source>The copy is saved. That it was taken is on record.</source>
            <translation>حُفظت النسخة. أخذُها مسجَّل في السجل.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed cannot be read.</source>
            <translation>لا يمكن قراءة وثيقة الإثبات التي عرضتها المحفظة الرقمية.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed does not prove enough for this purpose.</source>
            <translation>وثيقة الإثبات التي عرضتها المحفظة الرقمية لا تكفي لهذا الغرض.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed has expired, or does not count yet.</source>
            <translation>انتهت صلاحية وثيقة الإثبات التي عرضتها المحفظة الرقمية، أو لم تبدأ بعد.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed is from an issuer whom this deployment does not trust.</source>
            <translation>وثيقة الإثبات التي عرضتها المحفظة الرقمية صادرة عن جهة لا يثق بها هذا النظام.</translation>
        </message>
        <message>
            <source>The credential that the wallet showed is not signed by its issuer, or was changed.</source>
            <translation>وثيقة الإثبات التي عرضتها المحفظة الرقمية غير موقَّعة من الجهة المصدِرة، أو جرى تغييرها.</translation>
        </message>
        <message>
            <source>The date is known</source>
            <translation>التاريخ معروف</translation>
        </message>
        <message>
            <source>The date of capture in the record is a day that does not exist.</source>
            <translation>تاريخ الالتقاط المذكور في السجل يوم لا وجود له.</translation>
        </message>
        <message>
            <source>The demo stopped: a device or a check said no at the step {step}.</source>
            <translation>توقف العرض التجريبي: رفض جهاز أو فحص المتابعة عند الخطوة ⁨{step}⁩.</translation>
        </message>
        <message>
            <source>The device for this step is not connected: {device}.</source>
            <translation>الجهاز اللازم لهذه الخطوة غير موصول: {device}.</translation>
        </message>
        <message>
            <source>The device is starting …</source>
            <translation>الجهاز قيد التشغيل…</translation>
        </message>
        <message>
            <source>The device saw another hand or eye than the one asked for. Place the right one.</source>
            <translation>رصد الجهاز يدًا أو عينًا غير المطلوبة. ضع المطلوبة.</translation>
        </message>
        <message>
            <source>The device service answered something that cannot be read ({part}). Restart it and tell support.</source>
            <translation>أجابت خدمة الجهاز بما لا يمكن قراءته ({part}). أعد تشغيلها وأبلغ الدعم.</translation>
        </message>
        <message>
            <source>The device's signature of a sample in the biometric file does not match the sample.</source>
            <translation>توقيع الجهاز لإحدى العينات في ملف البيانات الحيوية لا يطابق العينة.</translation>
        </message>
        <message>
            <source>The disk is full. Free some space and try again; everything entered so far is kept.</source>
            <translation>القرص ممتلئ. أخلِ بعض المساحة وحاول مرة أخرى؛ كل ما أُدخل حتى الآن محفوظ.</translation>
        </message>
        <message>
            <source>The document could not be judged. Lay it flat and straight, and scan it again.</source>
            <translation>تعذّر تقييم الوثيقة. ضعها مسطحة ومستقيمة، ثم امسحها ضوئيًا من جديد.</translation>
        </message>
        <message>
            <source>The document does not say everything that this proof needs. Take another document.</source>
            <translation>لا تذكر الوثيقة كل ما يحتاج إليه هذا الإثبات. خذ وثيقة أخرى.</translation>
        </message>
        <message>
            <source>The document has no chip that can be read.</source>
            <translation>ليس في الوثيقة شريحة يمكن قراءتها.</translation>
        </message>
        <message>
            <source>The document has no such page.</source>
            <translation>لا توجد في الوثيقة صفحة بهذا الرقم.</translation>
        </message>
        <message>
            <source>The document is cut off at the edge of the picture. Take all of it.</source>
            <translation>الوثيقة مقطوعة عند حافة الصورة. صوّرها كاملة.</translation>
        </message>
        <message>
            <source>The document is signed in a way that this program does not know.</source>
            <translation>الوثيقة موقَّعة بطريقة لا يعرفها هذا البرنامج.</translation>
        </message>
        <message>
            <source>The document is small in the picture. Go nearer to it.</source>
            <translation>الوثيقة صغيرة في الصورة. اقترب منها.</translation>
        </message>
        <message>
            <source>The document is turned: its back lies on the scanner.</source>
            <translation>قُلبت الوثيقة: ظهرها موضوع على الماسح الضوئي.</translation>
        </message>
        <message>
            <source>The document lies on the chip reader.</source>
            <translation>الوثيقة موضوعة على قارئ الشرائح.</translation>
        </message>
        <message>
            <source>The document was moved while its chip was being read. Lay it on the reader and leave it there until it is read.</source>
            <translation>حُرّكت الوثيقة أثناء قراءة شريحتها. ضعها على القارئ واتركها حتى تنتهي القراءة.</translation>
        </message>
        <message>
            <source>The document was removed or replaced while its chip was read. Read the chip of the one that is there now.</source>
            <translation>أُزيلت الوثيقة أو استُبدلت أثناء قراءة شريحتها. اقرأ شريحة الوثيقة الموجودة الآن.</translation>
        </message>
        <message>
            <source>The document {field} has a format whose name cannot be used. Scan it again.</source>
            <translation>لا يمكن استخدام اسم صيغة المستند {field}. امسحه ضوئيًا من جديد.</translation>
        </message>
        <message>
            <source>The document {field} has no content. Scan it again.</source>
            <translation>المستند {field} بلا محتوى. امسحه ضوئيًا مرة أخرى.</translation>
        </message>
        <message>
            <source>The document {field} would be stored under the name of another file of the packet. Ask your administrator.</source>
            <translation>سيُحفظ المستند {field} باسم ملف آخر في الحزمة. راجع مسؤول النظام.</translation>
        </message>
        <message>
            <source>The document's chip</source>
            <translation>شريحة الوثيقة</translation>
        </message>
        <message>
            <source>The drive cannot be read. Plug it in again, or hand over on another one.</source>
            <translation>لا يمكن قراءة القرص. أعد توصيله، أو سلّم على قرص آخر.</translation>
        </message>
        <message>
            <source>The driver cannot be begun in {folder}. Name a folder that is empty or not there yet.</source>
            <translation>لا يمكن بدء برنامج التشغيل في {folder}. سمِّ مجلدًا فارغًا أو غير موجود بعد.</translation>
        </message>
        <message>
            <source>The driver of the {kind} answered nonsense and is started anew. Try again in a moment.</source>
            <translation>أعطى برنامج تشغيل الجهاز ({kind}) جوابًا غير مفهوم ويُعاد تشغيله الآن. أعد المحاولة بعد لحظة.</translation>
        </message>
        <message>
            <source>The driver of the {kind} broke off and is started anew. Try again in a moment.</source>
            <translation>توقّف برنامج تشغيل الجهاز ({kind}) ويُعاد تشغيله الآن. أعد المحاولة بعد لحظة.</translation>
        </message>
        <message>
            <source>The driver of the {kind} broke off several times. It is started again in {seconds} s; meanwhile unplug the {kind} and plug it in again.</source>
            <translation>توقّف برنامج تشغيل الجهاز ({kind}) عدة مرات. يُعاد تشغيله بعد {seconds} ث؛ في هذه الأثناء افصل الجهاز ({kind}) ثم أعد توصيله.</translation>
        </message>
        <message>
            <source>The driver of the {kind} cannot be started. Ask your administrator.</source>
            <translation>لا يمكن تشغيل برنامج تشغيل الجهاز ({kind}). يُرجى الرجوع إلى المسؤول.</translation>
        </message>
        <message>
            <source>The driver of the {kind} does not answer any more and is started anew. Try again in a moment.</source>
            <translation>لم يعد برنامج تشغيل الجهاز ({kind}) يستجيب ويُعاد تشغيله الآن. أعد المحاولة بعد لحظة.</translation>
        </message>
        <message>
            <source>The driver of the {kind} hangs and cannot be ended. Unplug the {kind}; if that does not help, restart the computer.</source>
            <translation>برنامج تشغيل الجهاز ({kind}) عالق ولا يمكن إيقافه. افصل الجهاز ({kind})؛ وإن لم يُجدِ ذلك، فأعد تشغيل الحاسوب.</translation>
        </message>
        <message>
            <source>The earliest day lies behind the latest: no date would do.</source>
            <translation>اليوم الأول يقع بعد الأخير: لا يصلح أي تاريخ.</translation>
        </message>
        <message>
            <source>The encrypted file was changed after it was written. Do not use it.</source>
            <translation>تم تغيير الملف المشفر بعد كتابته. لا تستخدمه.</translation>
        </message>
        <message>
            <source>The enrollment cannot be read: {part} is missing or has a wrong form.</source>
            <translation>تعذرت قراءة التسجيل: {part} غير موجود أو شكله غير صحيح.</translation>
        </message>
        <message>
            <source>The eye colour in the record is none that the standard knows.</source>
            <translation>لون العينين المذكور في السجل غير معروف في المعيار.</translation>
        </message>
        <message>
            <source>The eye is closed. Open the eyes wide and do not blink.</source>
            <translation>العين مغلقة. افتح العينين جيدًا ولا ترمش.</translation>
        </message>
        <message>
            <source>The eye is not sharp. Move slowly forward or back, then hold still.</source>
            <translation>صورة العين غير واضحة. تقدّم أو تراجع ببطء، ثم ابقَ ثابتًا.</translation>
        </message>
        <message>
            <source>The eye is poorly lit. Shade it from the sun, and clean the device's glass.</source>
            <translation>إضاءة العين ضعيفة. ظلّلها من الشمس ونظّف زجاج الجهاز.</translation>
        </message>
        <message>
            <source>The eye is too close. Move back a little.</source>
            <translation>العين قريبة جدًا. ابتعد قليلًا.</translation>
        </message>
        <message>
            <source>The eye is too far away. Come closer, slowly.</source>
            <translation>العين بعيدة جدًا. اقترب ببطء.</translation>
        </message>
        <message>
            <source>The eye lies at the edge of the picture. Move to the middle.</source>
            <translation>العين عند حافة الصورة. تحرّك إلى الوسط.</translation>
        </message>
        <message>
            <source>The eye looks aside. Look straight into the device.</source>
            <translation>العين تنظر جانبًا. انظر مباشرة إلى الجهاز.</translation>
        </message>
        <message>
            <source>The eye or the device moved. Hold still.</source>
            <translation>تحركت العين أو تحرك الجهاز. ابقَ ثابتًا.</translation>
        </message>
        <message>
            <source>The face cannot be seen well. Take away what covers it, and face the camera.</source>
            <translation>الوجه لا يُرى جيدًا. أزِل ما يغطيه وواجِه الكاميرا.</translation>
        </message>
        <message>
            <source>The face could not be judged. Ask the person to look into the camera again, in good light.</source>
            <translation>تعذّر تقييم الوجه. اطلب من الشخص أن ينظر إلى الكاميرا مرة أخرى في إضاءة جيدة.</translation>
        </message>
        <message>
            <source>The face gives nothing to search for. Take the picture again in better light.</source>
            <translation>لا يمكن البحث بهذا الوجه. التقط الصورة مرة أخرى في إضاءة أفضل.</translation>
        </message>
        <message>
            <source>The face has too little contrast. Clean the lens, or change the light.</source>
            <translation>تباين الوجه ضعيف. نظّف العدسة أو غيّر الإضاءة.</translation>
        </message>
        <message>
            <source>The face in the document's chip is not clearly that of the person. Compare both yourself, and call your supervisor if you doubt it.</source>
            <translation>الوجه الذي في شريحة الوثيقة لا يطابق وجه الشخص بوضوح. قارن بينهما بنفسك، واتصل بمشرفك إن شككت.</translation>
        </message>
        <message>
            <source>The face in the document's chip is that of the person.</source>
            <translation>الوجه الذي في شريحة الوثيقة هو وجه الشخص.</translation>
        </message>
        <message>
            <source>The face is cut off. Move to the middle of the picture.</source>
            <translation>الوجه مقطوع. تحرك إلى وسط الصورة.</translation>
        </message>
        <message>
            <source>The face is like that of an operator of this station. Compare: it may be the same person.</source>
            <translation>يشبه هذا الوجه وجه أحد مشغّلي هذه المحطة. قارن بينهما: قد يكون الشخص نفسه.</translation>
        </message>
        <message>
            <source>The face is not sharp enough to judge this.</source>
            <translation>الوجه ليس واضحًا بما يكفي للحكم على ذلك.</translation>
        </message>
        <message>
            <source>The face is not sharp. Hold still.</source>
            <translation>الوجه غير واضح. اثبت مكانك.</translation>
        </message>
        <message>
            <source>The face is too bright. Less light on the face.</source>
            <translation>الوجه ساطع أكثر مما ينبغي. خفّف الضوء على الوجه.</translation>
        </message>
        <message>
            <source>The face is too dark. More light on the face.</source>
            <translation>الوجه معتم أكثر مما ينبغي. زِد الضوء على الوجه.</translation>
        </message>
        <message>
            <source>The face is too far away. Come closer to the camera.</source>
            <translation>الوجه بعيد جدًا. اقترب من الكاميرا.</translation>
        </message>
        <message>
            <source>The face recognition pack may have one network that finds faces. Found: {count}.</source>
            <translation>يمكن أن تحتوي حزمة التعرف على الوجوه على شبكة واحدة لإيجاد الوجوه. الموجود: {count}.</translation>
        </message>
        <message>
            <source>The face recognition pack needs a file calibration.toml with the threshold of its own network.</source>
            <translation>تحتاج حزمة التعرّف على الوجوه إلى ملف calibration.toml فيه عتبة شبكتها.</translation>
        </message>
        <message>
            <source>The face recognition pack needs exactly one recognition network. Found: {count}.</source>
            <translation>تحتاج حزمة التعرّف على الوجوه إلى شبكة تعرّف واحدة فقط. العدد الموجود: {count}.</translation>
        </message>
        <message>
            <source>The face was not recognised. Try again, or use your password.</source>
            <translation>لم يُتعرّف على الوجه. أعد المحاولة أو استعمل كلمة المرور.</translation>
        </message>
        <message>
            <source>The face was not searched for, for a reason this version does not know.</source>
            <translation>لم يُبحث عن الوجه، لسبب لا تعرفه هذه النسخة.</translation>
        </message>
        <message>
            <source>The face was only just a living one</source>
            <translation>كان الوجه حيًا بفارق ضئيل</translation>
        </message>
        <message>
            <source>The face was refused before it was taken for a living one</source>
            <translation>رُفض الوجه قبل أن يُعدّ حيًا</translation>
        </message>
        <message>
            <source>The face was taken on the officer's word: a supervisor has to confirm it.</source>
            <translation>التُقطت صورة الوجه بناءً على قول الموظف: يجب أن يؤكدها مشرف.</translation>
        </message>
        <message>
            <source>The face, fingers or eyes were taken more than {minutes} minutes ago; the server takes no older ones. Take them again.</source>
            <translation>مضى على التقاط الوجه أو الأصابع أو العينين أكثر من {minutes} دقيقة، والخادم لا يقبل ما هو أقدم. أعد الالتقاط.</translation>
        </message>
        <message>
            <source>The faces cannot be written into the folder {folder}.</source>
            <translation>لا يمكن كتابة صور الوجوه في المجلد {folder}.</translation>
        </message>
        <message>
            <source>The fastest speed of sending is a number of kilobytes a second, or 0 for none.</source>
            <translation>أقصى سرعة للإرسال عدد من الكيلوبايت في الثانية، أو 0 لعدم التحديد.</translation>
        </message>
        <message>
            <source>The field {field} has a form that no ID schema knows.</source>
            <translation>للحقل {field} شكل لا يعرفه أي مخطط هوية.</translation>
        </message>
        <message>
            <source>The field {field} has no group: nobody could choose to change it. Name one.</source>
            <translation>الحقل {field} بلا مجموعة: لا يمكن لأحد اختيار تعديله. سمِّ مجموعة.</translation>
        </message>
        <message>
            <source>The field {field} has no text. Fill it in or leave it out.</source>
            <translation>لا يحتوي الحقل {field} على نص. املأه أو اتركه خارج التسجيل.</translation>
        </message>
        <message>
            <source>The field {field} holds another kind of value than its ID schema says.</source>
            <translation>يحتوي الحقل {field} على نوع من القيم غير الذي يحدده مخطط الهوية.</translation>
        </message>
        <message>
            <source>The field {field} is filled in by the program. Leave it out.</source>
            <translation>يملأ البرنامج الحقل {field} بنفسه. اتركه.</translation>
        </message>
        <message>
            <source>The field {field} is not written the way the ID schema asks for. Correct it.</source>
            <translation>الحقل {field} غير مكتوب كما يطلب مخطط الهوية. صحّحه.</translation>
        </message>
        <message>
            <source>The field {field} is there twice, first at {first}. Remove one.</source>
            <translation>الحقل {field} موجود مرتين، أولًا في {first}. احذف أحدهما.</translation>
        </message>
        <message>
            <source>The field {field} is {here} here and {there} in the ID schema; the schema decides.</source>
            <translation>الحقل {field} هو {here} هنا و{there} في مخطط الهوية؛ المخطط هو الحَكَم.</translation>
        </message>
        <message>
            <source>The figures are written: {file}</source>
            <translation>كُتبت الأرقام: {file}</translation>
        </message>
        <message>
            <source>The figures cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>تتعذر كتابة الأرقام في {file}. اذكر ملفًا في مجلد موجود.</translation>
        </message>
        <message>
            <source>The file cannot be read: {file}.</source>
            <translation>تتعذر قراءة الملف: ⁦{file}⁩.</translation>
        </message>
        <message>
            <source>The file cannot be written: {file}.</source>
            <translation>لا يمكن كتابة الملف: {file}.</translation>
        </message>
        <message>
            <source>The file holds another key than the one with this fingerprint. Nothing was accepted.</source>
            <translation>يحتوي الملف على مفتاح غير صاحب هذه البصمة. لم يُقبل شيء.</translation>
        </message>
        <message>
            <source>The file holds several pages or pictures. Choose one that holds a single page.</source>
            <translation>يحتوي الملف على عدة صفحات أو صور. اختر ملفًا يحتوي على صفحة واحدة.</translation>
        </message>
        <message>
            <source>The file is empty. Choose another one, or scan the page again.</source>
            <translation>الملف فارغ. اختر ملفًا آخر أو امسح الصفحة ضوئيًا من جديد.</translation>
        </message>
        <message>
            <source>The file is not a picture this program can read.</source>
            <translation>الملف ليس صورة يستطيع هذا البرنامج قراءتها.</translation>
        </message>
        <message>
            <source>The file is not an encrypted packet.</source>
            <translation>هذا الملف ليس حزمة مشفّرة.</translation>
        </message>
        <message>
            <source>The file is sealed for another server key. The SHA-256 of that key's certificate begins with {thumbprint}.</source>
            <translation>هذا الملف مختوم لمفتاح خادم آخر. تبدأ بصمة SHA-256 لشهادة ذلك المفتاح بـ {thumbprint}.</translation>
        </message>
        <message>
            <source>The file is too large: {file}. At most {limit} MB are read.</source>
            <translation>الملف كبير جدًا: {file}. يُقرأ منه {limit} ميغابايت على الأكثر.</translation>
        </message>
        <message>
            <source>The file is too short to be an encrypted packet: it ends at byte {offset}.</source>
            <translation>الملف أقصر من أن يكون حزمة مشفرة: ينتهي عند البايت {offset}.</translation>
        </message>
        <message>
            <source>The file registration.json cannot be understood; the part in question: {part}.</source>
            <translation>يتعذر فهم الملف ⁦registration.json⁩؛ الجزء المعني: ⁦{part}⁩.</translation>
        </message>
        <message>
            <source>The file registration.json has a key that means nothing: {key}. Compare its spelling.</source>
            <translation>يحتوي الملف registration.json على مفتاح غير معروف: {key}. يُرجى التحقق من كتابته.</translation>
        </message>
        <message>
            <source>The file registration.json must hold one JSON object: its keys between braces.</source>
            <translation>يجب أن يحتوي الملف registration.json على كائن JSON واحد: مفاتيحه بين قوسين معقوفين.</translation>
        </message>
        <message>
            <source>The file registration.json names some fingers or eyes but not {attribute}. Name all of them that are no exception, or none to use the device.</source>
            <translation>يذكر الملف ⁦registration.json⁩ بعض الأصابع أو العيون دون ⁦{attribute}⁩. اذكر كل ما ليس استثناءً منها، أو لا تذكر شيئًا لاستخدام الجهاز.</translation>
        </message>
        <message>
            <source>The file that says which field a document fills in cannot be read. Ask your administrator.</source>
            <translation>تعذّرت قراءة الملف الذي يحدد أي حقل تملؤه الوثيقة. اسأل مسؤول النظام.</translation>
        </message>
        <message>
            <source>The finger could not be recognised. Ask your supervisor.</source>
            <translation>لم يتم التعرف على الإصبع. راجع المشرف.</translation>
        </message>
        <message>
            <source>The finger lies at the edge. Move it to the middle of the glass.</source>
            <translation>الإصبع عند الحافة. انقله إلى وسط الزجاج.</translation>
        </message>
        <message>
            <source>The first picture came after {seconds} s.</source>
            <translation>وصلت الصورة الأولى بعد {seconds} ث.</translation>
        </message>
        <message>
            <source>The first that is available</source>
            <translation>أول طريقة متاحة</translation>
        </message>
        <message>
            <source>The folder is not what this draft was begun with; they differ in: {part}. Begin anew, or name another draft.</source>
            <translation>هذا المجلد لا يطابق هذه المسودة؛ الاختلاف في: {part}. يُرجى البدء من جديد أو تحديد مسودة أخرى.</translation>
        </message>
        <message>
            <source>The folder of pictures for the simulated devices is not there.</source>
            <translation>مجلد الصور المخصص للأجهزة المحاكية غير موجود.</translation>
        </message>
        <message>
            <source>The folder of the face recognition pack is not there: {folder}.</source>
            <translation>مجلد حزمة التعرّف على الوجوه غير موجود: {folder}.</translation>
        </message>
        <message>
            <source>The folder {folder} holds no labelled pictures: see muster evaluate --help.</source>
            <translation>لا يحتوي المجلد {folder} على صور مصنَّفة: انظر muster evaluate --help.</translation>
        </message>
        <message>
            <source>The folder {folder} holds no pack of networks (pack.toml, pack.sig).</source>
            <translation>لا يحتوي المجلد {folder} على حزمة شبكات (pack.toml و pack.sig).</translation>
        </message>
        <message>
            <source>The form description cannot be read. Ask your administrator.</source>
            <translation>تتعذر قراءة وصف الاستمارة. راجع مسؤول النظام.</translation>
        </message>
        <message>
            <source>The form filled in at home</source>
            <translation>النموذج الذي مُلئ في البيت</translation>
        </message>
        <message>
            <source>The form has no document of this name.</source>
            <translation>لا توجد في الاستمارة وثيقة بهذا الاسم.</translation>
        </message>
        <message>
            <source>The form has no field of this name.</source>
            <translation>لا يوجد في الاستمارة حقل بهذا الاسم.</translation>
        </message>
        <message>
            <source>The form has no group of fields of this name.</source>
            <translation>لا توجد في النموذج مجموعة حقول بهذا الاسم.</translation>
        </message>
        <message>
            <source>The form of the step {node} has other fields: {fields}.</source>
            <translation>لاستمارة الخطوة {node} حقول أخرى: {fields}.</translation>
        </message>
        <message>
            <source>The front of the document lies on the scanner.</source>
            <translation>وجه الوثيقة موضوع على الماسح الضوئي.</translation>
        </message>
        <message>
            <source>The gender does not fit the photo</source>
            <translation>الجنس لا يوافق الصورة</translation>
        </message>
        <message>
            <source>The gender in the record is none that the standard knows.</source>
            <translation>الجنس المذكور في السجل غير معروف في المعيار.</translation>
        </message>
        <message>
            <source>The graph is too large: at most {nodes} steps, {depth} deep.</source>
            <translation>المخطط كبير جدًا: {nodes} خطوة على الأكثر، بعمق {depth}.</translation>
        </message>
        <message>
            <source>The graph of the use case</source>
            <translation>مخطط حالة الاستخدام</translation>
        </message>
        <message>
            <source>The hair colour in the record is none that the standard knows.</source>
            <translation>لون الشعر المذكور في السجل غير معروف في المعيار.</translation>
        </message>
        <message>
            <source>The hand lies at an angle. Turn it so that the fingers point straight up.</source>
            <translation>اليد مائلة. أدِرها بحيث تتجه الأصابع إلى الأعلى مباشرة.</translation>
        </message>
        <message>
            <source>The head did not turn far enough to judge this.</source>
            <translation>لم يلتفت الرأس بما يكفي للحكم على ذلك.</translation>
        </message>
        <message>
            <source>The hub's data was sealed with another center's key. Give the hub the key it was set up with.</source>
            <translation>خُتمت بيانات مركز الاستقبال بمفتاح مركز آخر. أعطه المفتاح الذي أُعدّ به.</translation>
        </message>
        <message>
            <source>The hub's data was written by a newer version of Muster. Update the program.</source>
            <translation>كُتبت بيانات مركز الاستقبال بإصدار أحدث من Muster. حدّث البرنامج.</translation>
        </message>
        <message>
            <source>The hub's database cannot be reached. What was sent is kept at the station.</source>
            <translation>لا يمكن الوصول إلى قاعدة بيانات مركز الاستقبال. ما أُرسل محفوظ في المحطة.</translation>
        </message>
        <message>
            <source>The hub's settings cannot be read: {file}.</source>
            <translation>لا يمكن قراءة إعدادات مركز الاستقبال: {file}.</translation>
        </message>
        <message>
            <source>The hub's settings have an entry that is none, or is wrong: {name}.</source>
            <translation>في إعدادات مركز الاستقبال مدخل غير معروف أو خاطئ: {name}.</translation>
        </message>
        <message>
            <source>The identity provider cannot be asked just now. Try again later.</source>
            <translation>لا يمكن سؤال مزود الهوية الآن. حاول لاحقًا.</translation>
        </message>
        <message>
            <source>The identity provider did not confirm the sign-in. Begin this step again.</source>
            <translation>لم يؤكد مزوّد الهوية تسجيل الدخول. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The identity provider did not tell something about the person that is needed here.</source>
            <translation>لم يذكر مزوّد الهوية معلومة عن الشخص مطلوبة هنا.</translation>
        </message>
        <message>
            <source>The identity provider does not accept this station. Tell your administrator.</source>
            <translation>لا يقبل مزوّد الهوية هذه المحطة. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The identity provider does not offer what a sign-in needs. Tell your administrator.</source>
            <translation>لا يوفّر مزوّد الهوية ما يتطلبه تسجيل الدخول. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The identity provider does not say when the person signed in, so it may have been somebody before. Tell your administrator.</source>
            <translation>لا يذكر مزوّد الهوية متى سجّل الشخص دخوله، فقد يكون ذلك شخصًا سبقه. أبلغ المسؤول.</translation>
        </message>
        <message>
            <source>The identity provider has a problem just now. Try again later.</source>
            <translation>لدى مزوّد الهوية مشكلة الآن. حاول مرة أخرى لاحقًا.</translation>
        </message>
        <message>
            <source>The identity provider sent no proof of the sign-in. Tell your administrator.</source>
            <translation>لم يرسل مزوّد الهوية أي إثبات لتسجيل الدخول. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The identity provider sent the browser back without an answer. Begin this step again.</source>
            <translation>أعاد مزوّد الهوية المتصفح بلا جواب. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The identity provider signed its proof in a way that this station does not accept.</source>
            <translation>وقّع مزوّد الهوية إثباته بطريقة لا تقبلها هذه المحطة.</translation>
        </message>
        <message>
            <source>The identity provider signed its proof with a key that it does not publish.</source>
            <translation>وقّع مزوّد الهوية إثباته بمفتاح لا ينشره.</translation>
        </message>
        <message>
            <source>The identity provider told about another person than the one who signed in.</source>
            <translation>أعطى مزوّد الهوية معلومات عن شخص غير الذي سجّل الدخول.</translation>
        </message>
        <message>
            <source>The identity provider told of an earlier sign-in, perhaps somebody else's. Sign in again at the provider.</source>
            <translation>أشار مزوّد الهوية إلى تسجيل دخول سابق، ربما لشخص آخر. سجّل الدخول من جديد لدى المزوّد.</translation>
        </message>
        <message>
            <source>The identity provider's description of itself does not fit its address. Tell your administrator.</source>
            <translation>وصف مزوّد الهوية لنفسه لا يطابق عنوانه. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The identity provider's proof belongs to another sign-in than this one.</source>
            <translation>إثبات مزوّد الهوية يخص تسجيل دخول آخر غير هذا.</translation>
        </message>
        <message>
            <source>The identity provider's proof does not belong to the access that came with it.</source>
            <translation>إثبات مزوّد الهوية لا يخص إذن الوصول الذي جاء معه.</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in cannot be read.</source>
            <translation>لا يمكن قراءة إثبات تسجيل الدخول من مزوّد الهوية.</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in is not signed by the provider.</source>
            <translation>إثبات تسجيل الدخول غير موقّع من مزوّد الهوية.</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in is out of date. Check this computer's clock and sign in again.</source>
            <translation>إثبات تسجيل الدخول من مزوّد الهوية منتهي المدة. تحقق من ساعة هذا الحاسوب وسجّل الدخول من جديد.</translation>
        </message>
        <message>
            <source>The identity provider's proof of the sign-in was made for somebody else.</source>
            <translation>إثبات تسجيل الدخول من مزوّد الهوية صُنع لجهة أخرى.</translation>
        </message>
        <message>
            <source>The identity-proofing service answered with something that cannot be read. Try again later, or tell support.</source>
            <translation>أجابت خدمة إثبات الهوية بما لا يمكن قراءته. حاول لاحقًا أو أبلغ الدعم.</translation>
        </message>
        <message>
            <source>The identity-proofing service did not accept what it was sent. Tell your administrator.</source>
            <translation>لم تقبل خدمة إثبات الهوية ما أُرسل إليها. أبلغ المسؤول.</translation>
        </message>
        <message>
            <source>The identity-proofing service does not accept this station's key. Tell your administrator.</source>
            <translation>لا تقبل خدمة إثبات الهوية مفتاح هذه المحطة. أبلغ المسؤول.</translation>
        </message>
        <message>
            <source>The identity-proofing service does not know this person any more. Begin this step again.</source>
            <translation>لم تعد خدمة إثبات الهوية تعرف هذا الشخص. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The introducer looks like the officer</source>
            <translation>المعرِّف يشبه الموظف</translation>
        </message>
        <message>
            <source>The introducer's number</source>
            <translation>رقم المعرّف</translation>
        </message>
        <message>
            <source>The issuer has revoked the certificate that signed this chip.</source>
            <translation>ألغت جهة الإصدار الشهادة التي وقّعت هذه الشريحة.</translation>
        </message>
        <message>
            <source>The issuer has withdrawn the credential that the wallet showed, or suspended it.</source>
            <translation>ألغت الجهة المصدِرة وثيقة الإثبات التي عرضتها المحفظة الرقمية أو علّقتها.</translation>
        </message>
        <message>
            <source>The issuer signed a file ({file}) that the chip does not give. It may be a copy.</source>
            <translation>وقّعت جهة الإصدار ملفًا ({file}) لا تعطيه الشريحة. قد تكون نسخة.</translation>
        </message>
        <message>
            <source>The issuer's signature on the chip is wrong. The chip's contents are not genuine.</source>
            <translation>توقيع جهة الإصدار على الشريحة خاطئ. محتوى الشريحة غير أصيل.</translation>
        </message>
        <message>
            <source>The key and certificate by which wallets know this station cannot be used. Tell your administrator.</source>
            <translation>لا يمكن استخدام المفتاح والشهادة اللذين تعرف بهما المحافظ الرقمية هذه المحطة. أخبر المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The key file cannot be read: it must be an RSA key in PEM or DER form, or the public key of a TPM.</source>
            <translation>تتعذر قراءة ملف المفتاح: يجب أن يكون مفتاح RSA بصيغة PEM أو DER، أو المفتاح العام لشريحة TPM.</translation>
        </message>
        <message>
            <source>The key in station.json does not belong to this folder: two stations were mixed up. Nothing was changed; put the right station.json back.</source>
            <translation>المفتاح الذي في station.json لا يخصّ هذا المجلد: اختلطت محطتان. لم يتغيّر شيء؛ أعيدوا ملف station.json الصحيح.</translation>
        </message>
        <message>
            <source>The keyring of your account at this computer cannot be used: there is none, or it is locked. Sign in to the computer's desktop and unlock it.</source>
            <translation>لا يمكن استعمال حلقة مفاتيح حسابك على هذا الحاسوب: إما أنها غير موجودة أو أنها مقفلة. سجّل الدخول إلى سطح مكتب الحاسوب وافتحها.</translation>
        </message>
        <message>
            <source>The keyring of your account at this computer does not hold this station's key: it is another account or another computer. What was registered is kept here. Call your administrator.</source>
            <translation>لا تحتوي حلقة مفاتيح حسابك على هذا الحاسوب على مفتاح هذه المحطة: إنه حساب آخر أو حاسوب آخر. ما سُجّل محفوظ هنا. اتصل بالمسؤول.</translation>
        </message>
        <message>
            <source>The kind of impression in the record is none that the standard knows.</source>
            <translation>نوع الطبعة المذكور في السجل غير معروف في المعيار.</translation>
        </message>
        <message>
            <source>The last of the days lies before the first.</source>
            <translation>آخر الأيام يسبق أولها.</translation>
        </message>
        <message>
            <source>The light or the camera is poor</source>
            <translation>الإضاءة أو الكاميرا ضعيفة</translation>
        </message>
        <message>
            <source>The lines on the chip are not those that opened it: number, birth or expiry differ from the printed page.</source>
            <translation>أسطر الشريحة ليست التي فتحتها: الرقم أو الميلاد أو الانتهاء يختلف عن الصفحة المطبوعة.</translation>
        </message>
        <message>
            <source>The list comes from station {station}, which was not accepted here. A supervisor may accept its key: {fingerprint}.</source>
            <translation>القائمة من المحطة {station} التي لم تُقبل هنا. يمكن لمشرف قبول مفتاحها: {fingerprint}.</translation>
        </message>
        <message>
            <source>The list for a review cannot be read: {part} is missing or has a wrong form.</source>
            <translation>لا يمكن قراءة قائمة المراجعة: {part} ناقص أو بصيغة خاطئة.</translation>
        </message>
        <message>
            <source>The list hangs on {parent}, which is no list of this form.</source>
            <translation>القائمة تابعة لـ {parent}، وهي ليست قائمة في هذا النموذج.</translation>
        </message>
        <message>
            <source>The list is for another station.</source>
            <translation>القائمة لمحطة أخرى.</translation>
        </message>
        <message>
            <source>The list of those who may sign in here is damaged: users.json.</source>
            <translation>قائمة المسموح لهم بتسجيل الدخول هنا تالفة: users.json.</translation>
        </message>
        <message>
            <source>The list of what is on the drive cannot be read: {part} is missing or has a wrong form.</source>
            <translation>لا يمكن قراءة قائمة محتويات القرص: {part} مفقود أو صيغته خاطئة.</translation>
        </message>
        <message>
            <source>The list of {field} has no entries: nobody could choose anything.</source>
            <translation>قائمة {field} فارغة: لا يمكن لأحد اختيار شيء.</translation>
        </message>
        <message>
            <source>The list on this drive was changed or cut off after its station had signed it. Nothing was taken; hand over again.</source>
            <translation>غُيّرت القائمة على هذا القرص أو قُطعت بعد أن وقّعتها محطتها. لم يؤخذ شيء؛ أعد التسليم.</translation>
        </message>
        <message>
            <source>The list was changed or cut off after its station had signed it. Nothing was taken.</source>
            <translation>غُيّرت القائمة أو قُطعت بعد أن وقّعتها محطتها. لم يؤخذ شيء.</translation>
        </message>
        <message>
            <source>The lists {fields} hang on one another in a circle.</source>
            <translation>القوائم {fields} تابع بعضها لبعض في حلقة.</translation>
        </message>
        <message>
            <source>The machine-readable lines of the document are not complete.</source>
            <translation>الأسطر المقروءة آليًا في الوثيقة غير كاملة.</translation>
        </message>
        <message>
            <source>The mail server offers no secure connection, so no code was sent. Tell your administrator.</source>
            <translation>لا يوفّر خادم البريد اتصالاً آمناً، لذلك لم يُرسل أي رمز. أبلغ المسؤول.</translation>
        </message>
        <message>
            <source>The message with the code was not taken. Check the address, or take another way.</source>
            <translation>لم تُقبل الرسالة التي تحمل الرمز. تحقّق من العنوان، أو اختر طريقة أخرى.</translation>
        </message>
        <message>
            <source>The method {method} is for one tenant and does not say which.</source>
            <translation>الطريقة {method} مخصصة لجهة واحدة ولا تذكر أي جهة.</translation>
        </message>
        <message>
            <source>The method {method} stands in the proofing configuration twice.</source>
            <translation>ترد الطريقة {method} مرتين في إعدادات التحقق.</translation>
        </message>
        <message>
            <source>The network that recognises faces has no threshold for searching among many.</source>
            <translation>لا توجد للشبكة التي تتعرف على الوجوه عتبة للبحث بين أشخاص كثيرين.</translation>
        </message>
        <message>
            <source>The note must not lie in the station's own folder: choose a drive that is kept elsewhere.</source>
            <translation>يجب ألّا تكون الورقة السرية في مجلد المحطة نفسه: اختاروا قرصًا يُحفظ في مكان آخر.</translation>
        </message>
        <message>
            <source>The number of the representation in the record is wrong.</source>
            <translation>رقم التمثيل في السجل غير صحيح.</translation>
        </message>
        <message>
            <source>The officer alone says that the person was there</source>
            <translation>الموظف وحده يقول إن الشخص كان حاضرًا</translation>
        </message>
        <message>
            <source>The officer marks many exceptions</source>
            <translation>يسجّل الموظف استثناءات كثيرة</translation>
        </message>
        <message>
            <source>The one that costs least</source>
            <translation>الأقل تكلفة</translation>
        </message>
        <message>
            <source>The one that proves most</source>
            <translation>الأقوى إثباتًا</translation>
        </message>
        <message>
            <source>The orientation in the record is none that the standard knows.</source>
            <translation>الاتجاه المذكور في السجل غير معروف في المعيار.</translation>
        </message>
        <message>
            <source>The pack of networks {folder} does not say how its networks are used.</source>
            <translation>لا تذكر حزمة الشبكات {folder} كيف تُستخدم شبكاتها.</translation>
        </message>
        <message>
            <source>The pack of networks {folder} is not signed by a key this station trusts.</source>
            <translation>حزمة الشبكات {folder} غير موقَّعة بمفتاح تثق به هذه المحطة.</translation>
        </message>
        <message>
            <source>The packet has a part with a name that is not understood.</source>
            <translation>في الحزمة جزء اسمه غير معروف.</translation>
        </message>
        <message>
            <source>The packet has more parts than any client makes.</source>
            <translation>تحتوي الحزمة على أجزاء أكثر مما ينشئه أي برنامج تسجيل.</translation>
        </message>
        <message>
            <source>The packet holds a file that no field names: {field}.</source>
            <translation>تحتوي الحزمة على ملف لا يذكره أي حقل: {field}.</translation>
        </message>
        <message>
            <source>The packet holds no part that could be opened.</source>
            <translation>لا تحتوي الحزمة على أي جزء يمكن فتحه.</translation>
        </message>
        <message>
            <source>The packet is larger than the server takes (its code: {server_code}). Have the server's limit raised and try again, or register the person anew with smaller pictures of the documents.</source>
            <translation>الحزمة أكبر مما يقبله الخادم (رمزه: {server_code}). اطلب رفع الحد في الخادم ثم أعد المحاولة، أو سجّل الشخص من جديد بصور أصغر للوثائق.</translation>
        </message>
        <message>
            <source>The packet is not sent: no supervisor has approved it.</source>
            <translation>لا تُرسل الحزمة: لم يوافق عليها أي مشرف.</translation>
        </message>
        <message>
            <source>The packet is on the list and not on the drive.</source>
            <translation>الحزمة مذكورة في القائمة وغير موجودة على القرص.</translation>
        </message>
        <message>
            <source>The packet is sealed: the proof of this identity can be taken.</source>
            <translation>خُتمت الحزمة: يمكن أخذ إثبات هذه الهوية.</translation>
        </message>
        <message>
            <source>The packet lacks the file that the field {field} names.</source>
            <translation>ينقص الحزمةَ الملفُ الذي يذكره الحقل {field}.</translation>
        </message>
        <message>
            <source>The packet names an old client, of which no signatures of devices are asked.</source>
            <translation>تذكر الحزمة برنامجًا قديمًا لا تُطلب منه توقيعات الأجهزة.</translation>
        </message>
        <message>
            <source>The packet waits in the outbox.</source>
            <translation>الحزمة تنتظر في صندوق الصادر.</translation>
        </message>
        <message>
            <source>The packet's archive cannot be read.</source>
            <translation>تتعذر قراءة أرشيف الحزمة.</translation>
        </message>
        <message>
            <source>The packet's archive has an entry with a forbidden name.</source>
            <translation>يحتوي أرشيف الحزمة على عنصر باسم غير مسموح به.</translation>
        </message>
        <message>
            <source>The packet's archive has two entries of the same name.</source>
            <translation>يحتوي أرشيف الحزمة على عنصرين بالاسم نفسه.</translation>
        </message>
        <message>
            <source>The packet's archive is larger unpacked than any packet may be.</source>
            <translation>حجم أرشيف الحزمة بعد فك الضغط أكبر من الحد المسموح به لأي حزمة.</translation>
        </message>
        <message>
            <source>The packet's biometric file has an exception that its description does not name.</source>
            <translation>في ملف البيانات الحيوية للحزمة استثناء لا يذكره وصفها.</translation>
        </message>
        <message>
            <source>The packet's description cannot be read: {part} has a wrong form.</source>
            <translation>لا يمكن قراءة وصف الحزمة: صيغة {part} غير صحيحة.</translation>
        </message>
        <message>
            <source>The packet's description does not tell when it was made.</source>
            <translation>لا يذكر وصف الحزمة وقت إنشائها.</translation>
        </message>
        <message>
            <source>The packet's description lacks {field}.</source>
            <translation>ينقص وصفَ الحزمة {field}.</translation>
        </message>
        <message>
            <source>The packet's description names an exception that its biometric file does not have.</source>
            <translation>يذكر وصف الحزمة استثناءً لا يوجد في ملف بياناتها الحيوية.</translation>
        </message>
        <message>
            <source>The packet's description names another station than the packet.</source>
            <translation>يذكر وصف الحزمة محطة غير التي تذكرها الحزمة.</translation>
        </message>
        <message>
            <source>The packet's file was changed or damaged on the way.</source>
            <translation>تغيّر ملف الحزمة أو تلف في الطريق.</translation>
        </message>
        <message>
            <source>The packet's number has a form that no packet has.</source>
            <translation>رقم الحزمة ليس على شكل أرقام الحزم.</translation>
        </message>
        <message>
            <source>The packets come from station {station}, which this station does not know. A supervisor may accept its key: {fingerprint}.</source>
            <translation>الحزم آتية من المحطة {station} التي لا تعرفها هذه المحطة. يمكن للمشرف قبول مفتاحها: {fingerprint}.</translation>
        </message>
        <message>
            <source>The page came out black. Close the cover; if that does not help, the lamp is broken.</source>
            <translation>خرجت الصفحة سوداء. أغلق الغطاء؛ وإن لم يُجدِ ذلك، فالمصباح معطل.</translation>
        </message>
        <message>
            <source>The page is not sharp enough to judge this.</source>
            <translation>الصفحة ليست واضحة بما يكفي للحكم على هذا.</translation>
        </message>
        <message>
            <source>The page is not sharp. Hold the camera still, or scan it again.</source>
            <translation>الصفحة غير واضحة. ثبّت الكاميرا أو امسحها من جديد.</translation>
        </message>
        <message>
            <source>The page is too dark. Take it in better light.</source>
            <translation>الصفحة معتمة جدًا. صوّرها في ضوء أفضل.</translation>
        </message>
        <message>
            <source>The page was taken from the side. Hold the camera straight above it.</source>
            <translation>صُوّرت الصفحة من الجانب. أمسك الكاميرا فوقها مباشرة.</translation>
        </message>
        <message>
            <source>The passport's zone</source>
            <translation>منطقة جواز السفر</translation>
        </message>
        <message>
            <source>The password file {file} is not plain text in UTF-8. Save it as UTF-8.</source>
            <translation>ملف كلمة المرور ⁦{file}⁩ ليس نصًا عاديًا بترميز ⁦UTF-8⁩. احفظه بترميز ⁦UTF-8⁩.</translation>
        </message>
        <message>
            <source>The password is too short: use at least {length} characters.</source>
            <translation>كلمة المرور قصيرة جدًا: الحد الأدنى لعدد الأحرف {length}.</translation>
        </message>
        <message>
            <source>The password is wrong. Try again.</source>
            <translation>كلمة المرور غير صحيحة. حاول مجددًا.</translation>
        </message>
        <message>
            <source>The passwords of this demo station are gone: demo-credentials.json is missing or damaged. Begin a new demo in another folder.</source>
            <translation>كلمات مرور هذه المحطة التجريبية مفقودة: الملف ⁦demo-credentials.json⁩ غير موجود أو تالف. ابدأ عرضًا تجريبيًا جديدًا في مجلد آخر.</translation>
        </message>
        <message>
            <source>The person</source>
            <translation>الشخص</translation>
        </message>
        <message>
            <source>The person agreed at {at}.</source>
            <translation>وافق الشخص في الساعة {at}.</translation>
        </message>
        <message>
            <source>The person agrees</source>
            <translation>الشخص موافق</translation>
        </message>
        <message>
            <source>The person checks this on their screen and answers there; or you ask them.</source>
            <translation>يتحقق الشخص من هذا على شاشته ويجيب هناك؛ أو تسأله أنت.</translation>
        </message>
        <message>
            <source>The person chooses this</source>
            <translation>يختار الشخص هذا</translation>
        </message>
        <message>
            <source>The person confirms</source>
            <translation>الشخص يؤكد</translation>
        </message>
        <message>
            <source>The person did not agree in the wallet. It can be tried again.</source>
            <translation>لم يوافق الشخص في المحفظة الرقمية. يمكن المحاولة مرة أخرى.</translation>
        </message>
        <message>
            <source>The person did not agree.</source>
            <translation>لم يوافق الشخص.</translation>
        </message>
        <message>
            <source>The person did not agree. The registration is over and nothing of it is kept.</source>
            <translation>لم يوافق الشخص. انتهى التسجيل ولن يُحفظ منه شيء.</translation>
        </message>
        <message>
            <source>The person did not share anything at the identity provider. It can be tried again.</source>
            <translation>لم يشارك الشخص شيئًا لدى مزود الهوية. يمكن إعادة المحاولة.</translation>
        </message>
        <message>
            <source>The person does not agree</source>
            <translation>الشخص لا يوافق</translation>
        </message>
        <message>
            <source>The person ended the sharing of records. It can be begun again.</source>
            <translation>أنهى الشخص مشاركة السجلات. يمكن البدء بها من جديد.</translation>
        </message>
        <message>
            <source>The person goes on in the browser: turn the screen to them. The answer comes by itself.</source>
            <translation>يتابع الشخص في المتصفح: أديروا الشاشة نحوه. تصل الإجابة تلقائيًا.</translation>
        </message>
        <message>
            <source>The person has to agree first: {consents}.</source>
            <translation>يجب أن يوافق الشخص أولًا: {consents}.</translation>
        </message>
        <message>
            <source>The person has yet to prove who they are.</source>
            <translation>على الشخص أن يثبت هويته بعد.</translation>
        </message>
        <message>
            <source>The person is registered already</source>
            <translation>الشخص مسجّل من قبل</translation>
        </message>
        <message>
            <source>The person lays the finger on the reader.</source>
            <translation>يضع الشخص إصبعه على القارئ.</translation>
        </message>
        <message>
            <source>The person reads this on their screen and answers there; or you ask them.</source>
            <translation>يقرأ الشخص هذا على شاشته ويجيب هناك؛ أو تسأله أنت.</translation>
        </message>
        <message>
            <source>The person reads this on their screen and signs there.</source>
            <translation>يقرأ الشخص هذا على شاشته ويوقّع هناك.</translation>
        </message>
        <message>
            <source>The person reads this with the app on their telephone.</source>
            <translation>يقرأ الشخص هذا بالتطبيق على هاتفه.</translation>
        </message>
        <message>
            <source>The person said at {at}: this is right.</source>
            <translation>قال الشخص في الساعة {at}: هذا صحيح.</translation>
        </message>
        <message>
            <source>The person said on their screen that something is wrong: {count} times.</source>
            <translation>قال الشخص على شاشته إن شيئًا خطأ: {count} مرات.</translation>
        </message>
        <message>
            <source>The person said that something is wrong</source>
            <translation>قال الشخص إن هناك خطأ</translation>
        </message>
        <message>
            <source>The person said that something is wrong. Ask what it is, correct it and show it to them again.</source>
            <translation>قال الشخص إن هناك خطأ. اسأله ما هو، وصحّحه، واعرضه عليه من جديد.</translation>
        </message>
        <message>
            <source>The person says that something is wrong. Ask what it is and correct it.</source>
            <translation>يقول الشخص إن هناك خطأ. اسأله ما هو وصحّحه.</translation>
        </message>
        <message>
            <source>The person shows a document</source>
            <translation>يُبرز الشخص وثيقة</translation>
        </message>
        <message>
            <source>The person signs here to agree. Ask them to sign.</source>
            <translation>يوقّع الشخص هنا ليوافق. اطلب منه أن يوقّع.</translation>
        </message>
        <message>
            <source>The person signs this themselves: show it to them.</source>
            <translation>يوقّع الشخص بنفسه: اعرض عليه هذه الصفحة.</translation>
        </message>
        <message>
            <source>The person who brings the child has to be confirmed by a supervisor.</source>
            <translation>يجب أن يؤكد المشرف الشخص الذي يرافق الطفل.</translation>
        </message>
        <message>
            <source>The person's screen in a window</source>
            <translation>شاشة الشخص في نافذة</translation>
        </message>
        <message>
            <source>The photo that shows what cannot be captured is missing. Take it first.</source>
            <translation>الصورة التي تُظهر ما لا يمكن التقاطه غير موجودة. التقطها أولًا.</translation>
        </message>
        <message>
            <source>The picture could not be accepted. Ask the person to look into the camera again.</source>
            <translation>تعذّر قبول الصورة. اطلب من الشخص أن ينظر إلى الكاميرا مرة أخرى.</translation>
        </message>
        <message>
            <source>The picture does not show what is around the page.</source>
            <translation>لا تُظهر الصورة ما حول الصفحة.</translation>
        </message>
        <message>
            <source>The picture does not tell a left eye from a right one.</source>
            <translation>لا تسمح الصورة بتمييز العين اليسرى من اليمنى.</translation>
        </message>
        <message>
            <source>The picture in the record is compressed to less than a fifteenth of its size.</source>
            <translation>الصورة في السجل مضغوطة إلى أقل من جزء من خمسة عشر من حجمها.</translation>
        </message>
        <message>
            <source>The picture in the record is cut off or damaged.</source>
            <translation>الصورة في السجل مقطوعة أو تالفة.</translation>
        </message>
        <message>
            <source>The picture in the record is no JPEG 2000 file.</source>
            <translation>الصورة الموجودة في السجل ليست ملف JPEG 2000.</translation>
        </message>
        <message>
            <source>The picture in the record is not compressed as the record says.</source>
            <translation>الصورة في السجل غير مضغوطة بالطريقة التي يذكرها السجل.</translation>
        </message>
        <message>
            <source>The picture in the record is not grey with 8 bits.</source>
            <translation>الصورة الموجودة في السجل ليست رمادية بعمق 8 بتات.</translation>
        </message>
        <message>
            <source>The picture in the record is not in colour (RGB) with 8 bits per channel.</source>
            <translation>الصورة الموجودة في السجل ليست ملونة (RGB) بعمق 8 بتات لكل قناة.</translation>
        </message>
        <message>
            <source>The picture in the record was compressed with loss.</source>
            <translation>الصورة الموجودة في السجل ضُغطت مع فقدان للبيانات.</translation>
        </message>
        <message>
            <source>The picture inside the record cannot be decoded.</source>
            <translation>يتعذر فك ترميز الصورة الموجودة في السجل.</translation>
        </message>
        <message>
            <source>The picture inside the record is cut into more pieces than any device makes.</source>
            <translation>الصورة داخل السجل مقسمة إلى أجزاء أكثر مما ينتجه أي جهاز.</translation>
        </message>
        <message>
            <source>The picture inside the record is larger than any device makes.</source>
            <translation>الصورة الموجودة في السجل أكبر مما ينتجه أي جهاز.</translation>
        </message>
        <message>
            <source>The picture is black. Take the cover off the {kind} and turn on the light.</source>
            <translation>الصورة سوداء. أزل غطاء الجهاز ({kind}) وأشعل الضوء.</translation>
        </message>
        <message>
            <source>The picture is cut off or damaged. Copy it again.</source>
            <translation>الصورة ناقصة أو تالفة. انسخها من جديد.</translation>
        </message>
        <message>
            <source>The picture is kept. It can be taken again.</source>
            <translation>الصورة محفوظة. يمكن التقاطها من جديد.</translation>
        </message>
        <message>
            <source>The picture is neither too dark nor too bright.</source>
            <translation>الصورة ليست داكنة جدًا ولا ساطعة جدًا.</translation>
        </message>
        <message>
            <source>The picture is too coarse. Go nearer, or scan at a higher resolution.</source>
            <translation>الصورة خشنة جدًا. اقترب أو امسح بدقة أعلى.</translation>
        </message>
        <message>
            <source>The picture is too large. Use at most 64 million pixels.</source>
            <translation>الصورة كبيرة جدًا. الحد الأقصى 64 مليون بكسل.</translation>
        </message>
        <message>
            <source>The picture is white. Turn the {kind} away from the light or the window.</source>
            <translation>الصورة بيضاء. أبعد الجهاز ({kind}) عن اتجاه الضوء أو النافذة.</translation>
        </message>
        <message>
            <source>The picture looks more like the other eye than like the one that the record says it is.</source>
            <translation>تبدو الصورة أقرب إلى العين الأخرى منها إلى العين المذكورة في السجل.</translation>
        </message>
        <message>
            <source>The picture of the {kind} cannot be read. Try again.</source>
            <translation>لا يمكن قراءة صورة الجهاز ({kind}). حاول مجددًا.</translation>
        </message>
        <message>
            <source>The picture shows no fingerprint ridges.</source>
            <translation>لا تُظهر الصورة أي خطوط للبصمة.</translation>
        </message>
        <message>
            <source>The picture stands still, to the last dot. Unplug the {kind}, plug it in and test it again.</source>
            <translation>الصورة جامدة تمامًا. افصل الجهاز ({kind})، ثم أوصله وأعد فحصه.</translation>
        </message>
        <message>
            <source>The picture that the camera signed does not show the face that was before it. Take the picture again.</source>
            <translation>الصورة التي وقّعتها الكاميرا لا تُظهر الوجه الذي كان أمامها. التقط الصورة من جديد.</translation>
        </message>
        <message>
            <source>The picture was compressed too much. Take one of better quality.</source>
            <translation>الصورة مضغوطة أكثر مما ينبغي. التقط صورة بجودة أفضل.</translation>
        </message>
        <message>
            <source>The picture was taken without colours.</source>
            <translation>التُقطت الصورة بلا ألوان.</translation>
        </message>
        <message>
            <source>The picture's resolution in the record is higher than that of the capture.</source>
            <translation>دقة الصورة المذكورة في السجل أعلى من دقة الالتقاط.</translation>
        </message>
        <message>
            <source>The picture's resolution in the record is not the same in both directions.</source>
            <translation>دقة الصورة المذكورة في السجل ليست نفسها في الاتجاهين.</translation>
        </message>
        <message>
            <source>The place for packets cannot be reached. What was sent is kept at the station.</source>
            <translation>لا يمكن الوصول إلى مكان الحزم. ما أُرسل محفوظ في المحطة.</translation>
        </message>
        <message>
            <source>The places have no level {level}: the list of {field} would be empty.</source>
            <translation>لا يوجد للأماكن مستوى {level}: ستكون قائمة {field} فارغة.</translation>
        </message>
        <message>
            <source>The plots cannot be written into the folder {folder}.</source>
            <translation>لا يمكن كتابة الرسوم البيانية في المجلد {folder}.</translation>
        </message>
        <message>
            <source>The portrait in the document's chip cannot be compared by the station. Compare it with the person yourself.</source>
            <translation>لا تستطيع المحطة مقارنة الصورة التي في شريحة الوثيقة. قارنها بنفسك بالشخص.</translation>
        </message>
        <message>
            <source>The portrait of a document does not look like the face that was captured: likeness {score}, the same from {threshold} on.</source>
            <translation>لا تشبه صورةُ إحدى الوثائق الوجهَ الملتقط: التشابه {score}، ويُعدّ الشخص نفسه من {threshold} فما فوق.</translation>
        </message>
        <message>
            <source>The portrait of a document looks like somebody else</source>
            <translation>صورة الوثيقة تشبه شخصًا آخر</translation>
        </message>
        <message>
            <source>The pre-registration cannot be read: {part} is missing or has a wrong form.</source>
            <translation>لا يمكن قراءة التسجيل المسبق: {part} مفقود أو صيغته خاطئة.</translation>
        </message>
        <message>
            <source>The print is too dark. Press a little more lightly, and dry the finger if it is wet.</source>
            <translation>البصمة داكنة جدًا. اضغط بلطف أكثر قليلًا، وجفّف الإصبع إن كان رطبًا.</translation>
        </message>
        <message>
            <source>The print is too light. Press a little harder, and moisten the finger if it is dry.</source>
            <translation>البصمة فاتحة جدًا. اضغط بقوة أكثر قليلًا، ورطّب الإصبع إن كان جافًا.</translation>
        </message>
        <message>
            <source>The printed text</source>
            <translation>النص المطبوع</translation>
        </message>
        <message>
            <source>The printer did not take the slip. Look whether it is on and has paper, and print again.</source>
            <translation>لم تقبل الطابعة الإيصال. تأكد من أنها مشغّلة وأن فيها ورقًا، ثم اطبع من جديد.</translation>
        </message>
        <message>
            <source>The printer {printer} did not take the slip. Look whether it is on and has paper, and print again.</source>
            <translation>لم تقبل الطابعة {printer} الإيصال. تحقق من أنها مشغّلة وفيها ورق، ثم اطبع من جديد.</translation>
        </message>
        <message>
            <source>The program cannot judge this. Look yourself.</source>
            <translation>لا يستطيع البرنامج الحكم على هذا. انظر بنفسك.</translation>
        </message>
        <message>
            <source>The programs that speak to this computer's TPM answered something that cannot be understood. Ask your administrator to install 'tpm2-tools' again.</source>
            <translation>أعطت البرامج التي تتواصل مع شريحة TPM في هذا الحاسوب ردًا غير مفهوم. اطلب من مسؤول النظام إعادة تثبيت «tpm2-tools».</translation>
        </message>
        <message>
            <source>The programs that speak to this computer's TPM are missing. Ask your administrator to install 'tpm2-tools'.</source>
            <translation>البرامج التي تتواصل مع شريحة TPM في هذا الحاسوب غير موجودة. اطلب من مسؤول النظام تثبيت «tpm2-tools».</translation>
        </message>
        <message>
            <source>The proof can be taken once the packet is sealed. Finish the registration first.</source>
            <translation>يمكن أخذ الإثبات بعد ختم الحزمة. أنهِ التسجيل أولًا.</translation>
        </message>
        <message>
            <source>The proof cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>لا يمكن كتابة الإثبات في {file}. سمِّ ملفًا في مجلد موجود.</translation>
        </message>
        <message>
            <source>The proof is saved as {file}. Keep it: it cannot be taken again.</source>
            <translation>حُفظ الإثبات في {file}. احتفظ به: لا يمكن أخذه مرة أخرى.</translation>
        </message>
        <message>
            <source>The proof is written to one signed file, which you keep; here the case is closed for good, and what it rests on is destroyed (pieces of evidence: {pieces}, files: {files}).</source>
            <translation>يُكتب الإثبات في ملف واحد موقّع تحتفظ به أنت؛ وهنا تُغلق الحالة نهائيًا ويُتلف ما يستند إليه (قطع الأدلة: {pieces}، الملفات: {files}).</translation>
        </message>
        <message>
            <source>The proof of identity</source>
            <translation>إثبات الهوية</translation>
        </message>
        <message>
            <source>The proof of the sign-in is from another identity provider than the one that was asked.</source>
            <translation>إثبات تسجيل الدخول من مزوّد هوية غير الذي سُئل.</translation>
        </message>
        <message>
            <source>The proof of this identity was taken already and what it rests on was destroyed. Ask whoever keeps the file.</source>
            <translation>أُخذ إثبات هذه الهوية من قبل وأُتلف ما يستند إليه. اسأل من يحفظ الملف.</translation>
        </message>
        <message>
            <source>The proofing configuration asks wallets for a kind of credential that this program does not read.</source>
            <translation>تطلب إعدادات إثبات الهوية من المحافظ الرقمية نوعًا من وثائق الإثبات لا يقرؤه هذا البرنامج.</translation>
        </message>
        <message>
            <source>The proofing configuration asks wallets for something in a way that cannot be used.</source>
            <translation>تطلب إعدادات إثبات الهوية من المحافظ الرقمية شيئًا بصيغة لا يمكن استخدامها.</translation>
        </message>
        <message>
            <source>The proofing configuration cannot be read: it is no JSON object.</source>
            <translation>تعذرت قراءة إعدادات التحقق: ليست كائن JSON.</translation>
        </message>
        <message>
            <source>The proofing configuration has a missing or wrong value at {place}.</source>
            <translation>في إعدادات التحقق قيمة ناقصة أو خاطئة عند {place}.</translation>
        </message>
        <message>
            <source>The proofing configuration has keys nobody knows, perhaps misspelt: {keys}.</source>
            <translation>في إعدادات التحقق مفاتيح غير معروفة، ربما كُتبت خطأ: {keys}.</translation>
        </message>
        <message>
            <source>The proofing configuration has no known _type at {place}.</source>
            <translation>ليس في إعدادات التحقق ‎_type معروف عند {place}.</translation>
        </message>
        <message>
            <source>The proofing configuration names no service that could be asked.</source>
            <translation>لا يسمّي إعداد الإثبات أي خدمة يمكن سؤالها.</translation>
        </message>
        <message>
            <source>The proofing configuration names no such service.</source>
            <translation>لا تذكر إعدادات التحقق خدمة كهذه.</translation>
        </message>
        <message>
            <source>The proofing use case {use_case} is switched off.</source>
            <translation>حالة التحقق {use_case} معطلة.</translation>
        </message>
        <message>
            <source>The pupil is very narrow. Make the room darker.</source>
            <translation>حدقة العين ضيقة جدًا. خفّف إضاءة الغرفة.</translation>
        </message>
        <message>
            <source>The pupil is very wide. Make the room brighter.</source>
            <translation>حدقة العين واسعة جدًا. زِد إضاءة الغرفة.</translation>
        </message>
        <message>
            <source>The quality is {quality} of 100; at least {threshold} is needed. Take it again.</source>
            <translation>الجودة {quality} من 100؛ المطلوب {threshold} على الأقل. أعد الالتقاط.</translation>
        </message>
        <message>
            <source>The record carries no quality score.</source>
            <translation>لا يحتوي السجل على أي درجة جودة.</translation>
        </message>
        <message>
            <source>The record does not say 8 bits per pixel.</source>
            <translation>لا يذكر السجل عمقًا قدره 8 بتات لكل بكسل.</translation>
        </message>
        <message>
            <source>The record does not say that it holds exactly one finger or one eye.</source>
            <translation>لا يذكر السجل أنه يحتوي على إصبع واحدة أو عين واحدة بالضبط.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is a grey JPEG 2000 one.</source>
            <translation>لا يذكر السجل أن صورته رمادية بصيغة JPEG 2000.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is compressed as an authentication needs it: lossy JPEG 2000, or WSQ for a finger.</source>
            <translation>لا يذكر السجل أن صورته مضغوطة كما تتطلب المصادقة: JPEG 2000 مع فقد، أو WSQ للإصبع.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is compressed without loss as JPEG 2000.</source>
            <translation>لا يذكر السجل أن صورته مضغوطة دون فقدان بصيغة JPEG 2000.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is cropped and masked around the iris.</source>
            <translation>لا يذكر السجل أن صورته مقصوصة ومحجوبة حول القزحية.</translation>
        </message>
        <message>
            <source>The record does not say that its picture is cropped around the iris.</source>
            <translation>لا يذكر السجل أن صورته مقصوصة حول القزحية.</translation>
        </message>
        <message>
            <source>The record does not say whether it is the right or the left eye.</source>
            <translation>لا يذكر السجل ما إذا كانت العين اليمنى أم اليسرى.</translation>
        </message>
        <message>
            <source>The record does not say which of the ten fingers it holds.</source>
            <translation>لا يذكر السجل أي إصبع من الأصابع العشر يحتوي عليها.</translation>
        </message>
        <message>
            <source>The record ends too early, at byte {offset}.</source>
            <translation>ينتهي السجل قبل أوانه، عند البايت {offset}.</translation>
        </message>
        <message>
            <source>The record holds several pictures; in a registration each has its own record.</source>
            <translation>يحتوي السجل على عدة صور؛ وفي التسجيل لكل صورة سجلها الخاص.</translation>
        </message>
        <message>
            <source>The record names the maker of the device but not the type of the device.</source>
            <translation>يذكر السجل الجهة المصنِّعة للجهاز دون ذكر نوعه.</translation>
        </message>
        <message>
            <source>The record of the {kind} breaks a rule of MOSIP ({rule}); a server may refuse it.</source>
            <translation>سجل الجهاز ({kind}) يخالف قاعدة من MOSIP ({rule})؛ وقد يرفضه الخادم.</translation>
        </message>
        <message>
            <source>The record says that it is one of a sequence of faces.</source>
            <translation>يذكر السجل أنه جزء من سلسلة وجوه.</translation>
        </message>
        <message>
            <source>The record says that its picture is in other colours than 24 bit RGB.</source>
            <translation>يذكر السجل أن صورته بألوان غير RGB بعمق 24 بت.</translation>
        </message>
        <message>
            <source>The record was not written: {field} has a value that its place in the record cannot hold.</source>
            <translation>لم يُكتب السجل: قيمة {field} لا يتسع لها مكانها في السجل.</translation>
        </message>
        <message>
            <source>The record's certification flag is set, which only finger records may have.</source>
            <translation>مؤشر الاعتماد في السجل مُفعَّل، وهذا غير مسموح به إلا في سجلات الأصابع.</translation>
        </message>
        <message>
            <source>The records do not say something about the person that is needed here.</source>
            <translation>لا تذكر السجلات أمرًا عن الشخص يلزم هنا.</translation>
        </message>
        <message>
            <source>The records that are asked for are not set up with MiTrust. Tell your supervisor.</source>
            <translation>السجلات المطلوبة غير مُعدّة لدى MiTrust. أبلغ مشرفك.</translation>
        </message>
        <message>
            <source>The registration has no audit record. Call your supervisor.</source>
            <translation>لا يوجد سجل تدقيق لهذا التسجيل. اتصل بالمشرف.</translation>
        </message>
        <message>
            <source>The registration holds a field that the ID schema does not know.</source>
            <translation>يحتوي التسجيل على حقل غير معروف في مخطط بيانات الهوية.</translation>
        </message>
        <message>
            <source>The registration is then sealed. Nobody can change or read it at this station any more.</source>
            <translation>بعد ذلك يُختم التسجيل. ولا يمكن لأحد أن يغيّره أو يقرأه في هذه المحطة.</translation>
        </message>
        <message>
            <source>The registration is too large to be sent: {size} kB, and at most {limit} kB can be. Attach smaller pictures of the documents.</source>
            <translation>التسجيل أكبر من أن يُرسل: {size} كيلوبايت، والحد الأقصى {limit} كيلوبايت. أرفق صورًا أصغر للوثائق.</translation>
        </message>
        <message>
            <source>The registration waits on the desk and goes on here.</source>
            <translation>ينتظر التسجيل في المكتب ويُستأنف من هنا.</translation>
        </message>
        <message>
            <source>The registration was changed after it was signed. Check it and sign it again.</source>
            <translation>تم تغيير التسجيل بعد توقيعه. راجعه ووقّعه من جديد.</translation>
        </message>
        <message>
            <source>The report cannot be written to {file}. Name a file in a folder that is there and that you may write to.</source>
            <translation>تعذّرت كتابة التقرير في {file}. حدّد ملفًا في مجلد موجود يُسمح لك بالكتابة فيه.</translation>
        </message>
        <message>
            <source>The report is saved. It holds no picture and nothing about people.</source>
            <translation>حُفظ التقرير. لا يحتوي على أي صورة ولا على أي شيء عن الأشخاص.</translation>
        </message>
        <message>
            <source>The report is written and signed: {file}</source>
            <translation>كُتب التقرير ووُقّع: {file}</translation>
        </message>
        <message>
            <source>The ridges are smeared. Hold the finger still and do not turn it.</source>
            <translation>خطوط البصمة مشوّشة. أبقِ الإصبع ثابتًا ولا تُدِره.</translation>
        </message>
        <message>
            <source>The same document was handed in for another registration here: {count}.</source>
            <translation>قُدّمت الوثيقة نفسها لتسجيل آخر هنا: {count}.</translation>
        </message>
        <message>
            <source>The same document was seen before</source>
            <translation>شوهدت الوثيقة نفسها من قبل</translation>
        </message>
        <message>
            <source>The same eye was presented twice. Take both again, each with its own eye.</source>
            <translation>قُدّمت العين نفسها مرتين. أعد التقاط العينين، كل واحدة على حدة.</translation>
        </message>
        <message>
            <source>The same finger was placed for both: {finger}, {other}. Take both again, each by itself.</source>
            <translation>وُضع الإصبع نفسه للاثنين: {finger}، {other}. أعد التقاطهما، كل واحد على حدة.</translation>
        </message>
        <message>
            <source>The same finger, eye or face is there twice, or is there and said to be missing. Take it again.</source>
            <translation>الإصبع أو العين أو الوجه نفسه موجود مرتين، أو موجود مع أنه مسجَّل كمفقود. أعد الالتقاط.</translation>
        </message>
        <message>
            <source>The sampling level in the record is none that the standard knows.</source>
            <translation>مستوى أخذ العينات المذكور في السجل غير معروف في المعيار.</translation>
        </message>
        <message>
            <source>The scanner cannot be reached any more. Look whether it is switched on and connected, and scan again.</source>
            <translation>لم يعد الوصول إلى الماسح ممكنًا. تأكد من أنه مشغّل وموصول، ثم أعد المسح.</translation>
        </message>
        <message>
            <source>The scanner cannot draw these sheets in. Lay fewer of them in, straight, and scan again.</source>
            <translation>لا يستطيع الماسح سحب هذه الأوراق. ضع عددًا أقل منها بشكل مستقيم، ثم أعد المسح.</translation>
        </message>
        <message>
            <source>The scanner does not let this station use it. Ask your administrator.</source>
            <translation>لا يسمح الماسح لهذه المحطة باستخدامه. اسأل المسؤول.</translation>
        </message>
        <message>
            <source>The scanner drew in several sheets at once. Fan them out, lay them in and scan again.</source>
            <translation>سحب الماسح عدة أوراق دفعة واحدة. افصل الأوراق بعضها عن بعض، وضعها من جديد، ثم أعد المسح.</translation>
        </message>
        <message>
            <source>The scanner hands out pictures in a form this program cannot read. Use another scanner.</source>
            <translation>يعطي الماسح صورًا بصيغة لا يستطيع هذا البرنامج قراءتها. استخدم ماسحًا آخر.</translation>
        </message>
        <message>
            <source>The scanner has no memory left for this page. Switch it off and on, and scan again.</source>
            <translation>لم تعد في الماسح ذاكرة كافية لهذه الصفحة. أطفئه ثم شغّله، وأعد المسح.</translation>
        </message>
        <message>
            <source>The scanner sends this station to another address, where it does not follow. Ask your administrator.</source>
            <translation>يحيل الماسح هذه المحطة إلى عنوان آخر، وهي لا تتبعه إليه. اسأل المسؤول.</translation>
        </message>
        <message>
            <source>The scanner's answer cannot be read. Switch it off and on, and try again.</source>
            <translation>لا يمكن قراءة جواب الماسح. أطفئه ثم شغّله، وحاول من جديد.</translation>
        </message>
        <message>
            <source>The scanner's cover is open. Close it and scan again.</source>
            <translation>غطاء الماسح مفتوح. أغلقه وأعد المسح.</translation>
        </message>
        <message>
            <source>The sealed packet is gone from this computer's disk. Tell your supervisor.</source>
            <translation>لم تعد الحزمة المختومة موجودة على قرص هذا الحاسوب. أبلغ المشرف.</translation>
        </message>
        <message>
            <source>The sealed packet was changed on this computer's disk. Tell your supervisor.</source>
            <translation>تم تغيير الحزمة المختومة على قرص هذا الحاسوب. أبلغ المشرف.</translation>
        </message>
        <message>
            <source>The server</source>
            <translation>الخادم</translation>
        </message>
        <message>
            <source>The server cannot be reached. The packet is kept and sent when there is a network.</source>
            <translation>يتعذر الوصول إلى الخادم. الحزمة محفوظة وستُرسل عند توفر الشبكة.</translation>
        </message>
        <message>
            <source>The server cannot open the packet (its code: {server_code}). Tell your administrator: its certificate may have changed. The packet is kept.</source>
            <translation>لا يستطيع الخادم فتح الحزمة (رمزه: {server_code}). أبلغ مسؤول النظام: ربما تغيّرت شهادة الخادم. الحزمة محفوظة.</translation>
        </message>
        <message>
            <source>The server cannot take the packet just now (its code: {server_code}). The packet is kept and will be sent again.</source>
            <translation>لا يستطيع الخادم استلام الحزمة الآن (رمزه: {server_code}). الحزمة محفوظة وسيُعاد إرسالها.</translation>
        </message>
        <message>
            <source>The server decides this one.</source>
            <translation>الخادم هو من يقرر هذا.</translation>
        </message>
        <message>
            <source>The server did not accept the sign-in. Check this computer's clock first, then the name and the password.</source>
            <translation>لم يقبل الخادم تسجيل الدخول. تحقق أولًا من ساعة هذا الحاسوب، ثم من الاسم وكلمة المرور.</translation>
        </message>
        <message>
            <source>The server did not answer in time. The packet is kept and will be sent again.</source>
            <translation>لم يرد الخادم في الوقت المحدد. الحزمة محفوظة وسيُعاد إرسالها.</translation>
        </message>
        <message>
            <source>The server does not accept this station (its code: {server_code}). Tell your administrator.</source>
            <translation>لا يقبل الخادم هذه المحطة (رمزه: {server_code}). أبلغ مسؤول النظام.</translation>
        </message>
        <message>
            <source>The server does not ask for this person to come again.</source>
            <translation>لا يطلب الخادم أن يعود هذا الشخص.</translation>
        </message>
        <message>
            <source>The server does not know this station's key. Have the one in its folder 'keys' registered there.</source>
            <translation>لا يعرف الخادم مفتاح هذه المحطة. اطلب تسجيل المفتاح الموجود في مجلدها keys لديه.</translation>
        </message>
        <message>
            <source>The server does not know this station. Have the station's key registered there first.</source>
            <translation>لا يعرف الخادم هذه المحطة. اطلب أولًا تسجيل مفتاح المحطة لديه.</translation>
        </message>
        <message>
            <source>The server does not say what became of the packets (its code: {server_code}).</source>
            <translation>لا يوضح الخادم ما آلت إليه الحزم (رمزه: {server_code}).</translation>
        </message>
        <message>
            <source>The server does not sign with the certificate of this fingerprint. Compare it again.</source>
            <translation>لا يوقّع الخادم بالشهادة التي لها هذه البصمة الرقمية. قارنها مرة أخرى.</translation>
        </message>
        <message>
            <source>The server does not tell this station what it asks for (its code: {server_code}). Tell your administrator.</source>
            <translation>لا يخبر الخادم هذه المحطة بما تطلبه (رمزه: {server_code}). أخبر المدير.</translation>
        </message>
        <message>
            <source>The server expects something else than this packet, even after it was announced anew (its code: {server_code}). Tell your administrator; the packet is kept.</source>
            <translation>يتوقع الخادم شيئًا غير هذه الحزمة حتى بعد الإعلان عنها من جديد (رمزه: {server_code}). أبلغ مسؤول النظام؛ الحزمة محفوظة.</translation>
        </message>
        <message>
            <source>The server has a problem (status {status}). The packet is kept and will be sent again.</source>
            <translation>لدى الخادم مشكلة (الحالة {status}). الحزمة محفوظة وسيُعاد إرسالها.</translation>
        </message>
        <message>
            <source>The server has no certificate for this station (its code: {server_code}). Register the station there first.</source>
            <translation>ليس لدى الخادم شهادة لهذه المحطة (رمزه: ⁦{server_code}⁩). سجّل المحطة لدى الخادم أولًا.</translation>
        </message>
        <message>
            <source>The server has no open request with the number this correction answers (its code: {server_code}). Tell your supervisor.</source>
            <translation>ليس لدى الخادم طلب مفتوح بالرقم الذي يجيب عنه هذا التصحيح (رمزه: {server_code}). أبلغ مشرفك.</translation>
        </message>
        <message>
            <source>The server has no pre-registration of this number any more, or never had. Compare the number with the person's letter; if it is right, it was used or cancelled: fill in the form with the person.</source>
            <translation>ليس لدى الخادم تسجيل مسبق بهذا الرقم، أو لم يعد لديه. قارن الرقم برسالة الشخص؛ فإن كان صحيحًا فقد استُعمل التسجيل أو أُلغي: املأ النموذج مع الشخص.</translation>
        </message>
        <message>
            <source>The server has no such pre-registration for this centre (its code: {server_code}). Compare the number, or go on without it.</source>
            <translation>ليس لدى الخادم تسجيل مسبق كهذا لهذا المركز (رمزه: {server_code}). قارن الرقم، أو تابع من دونه.</translation>
        </message>
        <message>
            <source>The server has not said that it processed the packet, so it is kept.</source>
            <translation>لم يقل الخادم إنه عالج الحزمة، لذلك تبقى محفوظة.</translation>
        </message>
        <message>
            <source>The server has processed the packet and it was destroyed here. There is nothing to send.</source>
            <translation>عالج الخادم الحزمة وأُتلفت هنا. لا يوجد ما يُرسل.</translation>
        </message>
        <message>
            <source>The server has the packet.</source>
            <translation>استلم الخادم الحزمة.</translation>
        </message>
        <message>
            <source>The server has too much to do just now. The packet is kept and will be sent again later.</source>
            <translation>الخادم مشغول جدًا الآن. الحزمة محفوظة وسيُعاد إرسالها لاحقًا.</translation>
        </message>
        <message>
            <source>The server knows no station with this computer's name. Have the station registered there.</source>
            <translation>لا يعرف الخادم محطة باسم هذا الحاسوب. اطلب تسجيل المحطة لديه.</translation>
        </message>
        <message>
            <source>The server knows this station by another key. Have the one in its folder 'keys' registered there.</source>
            <translation>يعرف الخادم هذه المحطة بمفتاح آخر. اطلب تسجيل المفتاح الموجود في مجلدها keys لديه.</translation>
        </message>
        <message>
            <source>The server refused the enrollment (its code: {server_code}). Tell your supervisor.</source>
            <translation>رفض الخادم التسجيل (رمزه: ⁦{server_code}⁩). أبلغ المشرف.</translation>
        </message>
        <message>
            <source>The server refused the packet (its code: {server_code}). Tell your supervisor.</source>
            <translation>رفض الخادم الحزمة (رمزه: ⁦{server_code}⁩). أبلغ المشرف.</translation>
        </message>
        <message>
            <source>The server refused the packet. It is sent again when somebody asks for it in the outbox.</source>
            <translation>رفض الخادم الحزمة. يُعاد إرسالها عندما يطلب أحد ذلك في صندوق الصادر.</translation>
        </message>
        <message>
            <source>The server refused the request (status {status}).</source>
            <translation>رفض الخادم الطلب (الحالة {status}).</translation>
        </message>
        <message>
            <source>The server refused the sign-in (its code: {server_code}). Tell your supervisor.</source>
            <translation>رفض الخادم تسجيل الدخول (رمزه: ⁦{server_code}⁩). أبلغ المشرف.</translation>
        </message>
        <message>
            <source>The server sent nothing yet: the forms and lists are those that were shipped.</source>
            <translation>لم يرسل الخادم شيئًا بعد: النماذج والقوائم هي الأصلية.</translation>
        </message>
        <message>
            <source>The server signs with another certificate than before. Nothing is sent until your administrator has accepted the new one.</source>
            <translation>يوقّع الخادم بشهادة غير التي كان يوقّع بها. لن يُرسل شيء حتى يقبل مسؤول النظام الشهادة الجديدة.</translation>
        </message>
        <message>
            <source>The server wants you to sign in: sign in again with the network to send.</source>
            <translation>يطلب الخادم تسجيل الدخول: سجّل الدخول مرة أخرى عند توفر الشبكة كي تُرسل الحزم.</translation>
        </message>
        <message>
            <source>The server was told of this registration already. Tell whoever runs the server what you found.</source>
            <translation>أُبلغ الخادم بهذا التسجيل من قبل. أخبر من يدير الخادم بما وجدته.</translation>
        </message>
        <message>
            <source>The server's address is not one: write https://name.</source>
            <translation>عنوان الخادم غير صحيح: اكتبه بالشكل https://name.</translation>
        </message>
        <message>
            <source>The server's address must begin with https.</source>
            <translation>يجب أن يبدأ عنوان الخادم بالبادئة https.</translation>
        </message>
        <message>
            <source>The server's answer is not signed as it must be, so nothing of it was used. Tell your administrator.</source>
            <translation>جواب الخادم غير موقّع كما يجب، لذلك لم يُستخدم منه شيء. أبلغ مسؤول النظام.</translation>
        </message>
        <message>
            <source>The server's answer to the sign-in cannot be read: {part} is missing or has a wrong form.</source>
            <translation>تعذرت قراءة رد الخادم على تسجيل الدخول: {part} غير موجود أو شكله غير صحيح.</translation>
        </message>
        <message>
            <source>The server's answer was too long and was not read. Tell your administrator.</source>
            <translation>كان جواب الخادم أطول مما يجب ولم يُقرأ. أبلغ مسؤول النظام.</translation>
        </message>
        <message>
            <source>The server's certificate cannot be used. Check this computer's clock, then ask your administrator.</source>
            <translation>لا يمكن استخدام شهادة الخادم. تحقق من ساعة هذا الحاسوب، ثم راجع مسؤول النظام.</translation>
        </message>
        <message>
            <source>The server's key for comparing faces is none. Tell your administrator.</source>
            <translation>مفتاح الخادم لمقارنة الوجوه غير صالح. أخبر المسؤول.</translation>
        </message>
        <message>
            <source>The server's virus scan refused the packet (its code: {server_code}). Tell your administrator; the packet is kept.</source>
            <translation>رفض فحص الفيروسات في الخادم الحزمة (رمزه: {server_code}). أبلغ مسؤول النظام؛ الحزمة محفوظة.</translation>
        </message>
        <message>
            <source>The service could not decide whether this is the person. It can be tried again.</source>
            <translation>لم تستطع الخدمة أن تقرر هل هذا هو الشخص نفسه. يمكن المحاولة مرة أخرى.</translation>
        </message>
        <message>
            <source>The service did not accept what it was asked. Tell your administrator.</source>
            <translation>لم تقبل الخدمة ما طُلب منها. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The service did not tell something about the person that is needed here.</source>
            <translation>لم تذكر الخدمة معلومة عن الشخص مطلوبة هنا.</translation>
        </message>
        <message>
            <source>The service does not accept this station. Tell your administrator.</source>
            <translation>لا تقبل الخدمة هذه المحطة. أبلغ المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>The service does not know the question any more. Begin this step again.</source>
            <translation>لم تعد الخدمة تعرف السؤال. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The service for this step does not answer just now. Take another way, or try again later.</source>
            <translation>خدمة هذه الخطوة لا تجيب الآن. اسلك طريقًا آخر أو حاول لاحقًا.</translation>
        </message>
        <message>
            <source>The service is there, but no source could share what is asked for just now. People are spared the way there.</source>
            <translation>الخدمة موجودة، لكن لا يستطيع أي مصدر الآن مشاركة المطلوب. يُعفى الناس من التوجه إليها.</translation>
        </message>
        <message>
            <source>The service says that this is not the person.</source>
            <translation>تقول الخدمة إن هذا ليس الشخص نفسه.</translation>
        </message>
        <message>
            <source>The service that chip readers are used through (pcscd) does not run on this computer. Tell your supervisor.</source>
            <translation>الخدمة التي تُستعمل بها قارئات الشرائح (pcscd) لا تعمل على هذا الحاسوب. أخبر المشرف.</translation>
        </message>
        <message>
            <source>The service that proves identities cannot be reached. Try again when there is a network.</source>
            <translation>لا يمكن الوصول إلى الخدمة التي تثبت الهويات. حاول مرة أخرى عند توفر الشبكة.</translation>
        </message>
        <message>
            <source>The service that proves identities did not answer in time. Try again.</source>
            <translation>لم تُجب الخدمة التي تثبت الهويات في الوقت المحدد. حاول مرة أخرى.</translation>
        </message>
        <message>
            <source>The service that proves identities is out of order just now. Try again later.</source>
            <translation>الخدمة التي تثبت الهويات معطلة الآن. حاول مرة أخرى لاحقًا.</translation>
        </message>
        <message>
            <source>The service that this token is for is not in the proofing configuration any more. Tell your administrator.</source>
            <translation>الخدمة التي يخصها هذا الرمز لم تعد في إعدادات التحقق. أبلغ المسؤول.</translation>
        </message>
        <message>
            <source>The set-up file cannot be read: {part} is missing or has a wrong form.</source>
            <translation>لا يمكن قراءة ملف الإعداد: {part} مفقود أو صيغته خاطئة.</translation>
        </message>
        <message>
            <source>The set-up file is for station {station}, not for this one.</source>
            <translation>ملف الإعداد للمحطة {station} وليس لهذه المحطة.</translation>
        </message>
        <message>
            <source>The set-up file is signed with the certificate {fingerprint}, which is not the one this station believes. Compare it with what the server's owner says.</source>
            <translation>ملف الإعداد موقّع بالشهادة {fingerprint}، وهي ليست التي تثق بها هذه المحطة. قارنها بما يقوله صاحب الخادم.</translation>
        </message>
        <message>
            <source>The set-up file may not be used any more, or not yet. Check this computer's clock, or have a new one made.</source>
            <translation>لم يعد ملف الإعداد صالحًا، أو لم يصلح بعد. تحقّق من ساعة هذا الحاسوب، أو اطلب ملفًا جديدًا.</translation>
        </message>
        <message>
            <source>The set-up file was changed or cut off after it was signed. Nothing of it was used.</source>
            <translation>غُيّر ملف الإعداد أو قُطع بعد توقيعه. لم يُستخدم منه شيء.</translation>
        </message>
        <message>
            <source>The setting {name} has a value it cannot have. It may be one of: {values}.</source>
            <translation>للإعداد {name} قيمة غير ممكنة. القيم الممكنة: {values}.</translation>
        </message>
        <message>
            <source>The setting {name} of this driver cannot be used: {part}. It is written like this: {form}. Correct it and start this program again.</source>
            <translation>لا يمكن استعمال الإعداد {name} لبرنامج التشغيل هذا: {part}. ويُكتب على هذا النحو: {form}. صحّحه وأعد تشغيل هذا البرنامج.</translation>
        </message>
        <message>
            <source>The settings were changed past this program: version {number} is missing or not as this station signed it. What was set before it counts. Look into the trail, then set them anew.</source>
            <translation>غُيّرت الإعدادات خارج هذا البرنامج: النسخة {number} مفقودة أو ليست كما وقّعتها هذه المحطة. يسري ما ضُبط قبلها. راجع السجل ثم اضبطها من جديد.</translation>
        </message>
        <message>
            <source>The sharing of records broke off. Begin this step again.</source>
            <translation>انقطعت مشاركة السجلات. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The sign-in at the identity provider did not succeed. It can be tried again.</source>
            <translation>لم ينجح تسجيل الدخول لدى مزوّد الهوية. يمكن المحاولة مرة أخرى.</translation>
        </message>
        <message>
            <source>The sign-in at the trusted provider did not succeed. It can be tried again.</source>
            <translation>لم ينجح تسجيل الدخول لدى المزود الموثوق. يمكن إعادة المحاولة.</translation>
        </message>
        <message>
            <source>The sign-in was declined at the identity provider. It can be tried again.</source>
            <translation>رُفض تسجيل الدخول لدى مزوّد الهوية. يمكن المحاولة مرة أخرى.</translation>
        </message>
        <message>
            <source>The sign-in was not as strong as is needed here. Sign in again in a stronger way.</source>
            <translation>لم يكن تسجيل الدخول بالقوة المطلوبة هنا. سجّل الدخول من جديد بطريقة أقوى.</translation>
        </message>
        <message>
            <source>The signature does not match. The data was changed or comes from somebody else.</source>
            <translation>التوقيع غير مطابق. تم تغيير البيانات أو أنها من مصدر آخر.</translation>
        </message>
        <message>
            <source>The signature of a station's request cannot be read.</source>
            <translation>لا يمكن قراءة توقيع طلب المحطة.</translation>
        </message>
        <message>
            <source>The signature of the person cannot be read.</source>
            <translation>لا يمكن قراءة توقيع الشخص.</translation>
        </message>
        <message>
            <source>The signature of the {kind} is wrong. Do not use it and tell your supervisor.</source>
            <translation>توقيع الجهاز ({kind}) خاطئ. لا تستعمله وأبلغ مشرفك.</translation>
        </message>
        <message>
            <source>The six digits on the front</source>
            <translation>الأرقام الستة على وجه الوثيقة</translation>
        </message>
        <message>
            <source>The slip is dated {date}, which is still to come. Check the clock of this computer.</source>
            <translation>تاريخ الإيصال {date}، وهو لم يأتِ بعد. تحقق من ساعة هذا الحاسوب.</translation>
        </message>
        <message>
            <source>The slip is genuine, but it is not of a person of this name.</source>
            <translation>الإيصال أصلي، لكنه ليس لشخص بهذا الاسم.</translation>
        </message>
        <message>
            <source>The slip is genuine, but it was valid until {date} only.</source>
            <translation>الإيصال أصلي، لكنه كان صالحًا حتى {date} فقط.</translation>
        </message>
        <message>
            <source>The slip is saved as {file}. It holds personal data: delete the file after use.</source>
            <translation>حُفظ الإيصال في {file}. وهو يحوي بيانات شخصية: احذف الملف بعد استعماله.</translation>
        </message>
        <message>
            <source>The slip was changed after it was issued: its signature does not match what it says.</source>
            <translation>عُدّل هذا الإيصال بعد إصداره: توقيعه لا يطابق ما يقوله.</translation>
        </message>
        <message>
            <source>The slip was not issued by the station of this certificate: it is forged, or another station's.</source>
            <translation>لم يصدر هذا الإيصال عن الجهاز صاحب هذه الشهادة: إنه مزوّر، أو صادر عن جهاز آخر.</translation>
        </message>
        <message>
            <source>The slip was sent to the printer.</source>
            <translation>أُرسل الإيصال إلى الطابعة.</translation>
        </message>
        <message>
            <source>The source has no record any more that belongs to this person.</source>
            <translation>لم يعد لدى المصدر سجل يخص هذا الشخص.</translation>
        </message>
        <message>
            <source>The source has several records that could be this person's. The person has to share theirs anew.</source>
            <translation>لدى المصدر عدة سجلات قد تخص هذا الشخص. عليه أن يشارك سجله من جديد.</translation>
        </message>
        <message>
            <source>The source of the records does not let MiTrust in any more. The person has to share them anew.</source>
            <translation>لم يعد مصدر السجلات يسمح لخدمة MiTrust بالدخول. على الشخص أن يشاركها من جديد.</translation>
        </message>
        <message>
            <source>The station in this folder is a real one; the demo does not write to it.</source>
            <translation>المحطة في هذا المجلد محطة حقيقية؛ لا يكتب العرض التجريبي فيها.</translation>
        </message>
        <message>
            <source>The station keeps no version {number} of what the server sent.</source>
            <translation>لا تحتفظ المحطة بالنسخة {number} مما أرسله الخادم.</translation>
        </message>
        <message>
            <source>The station's data could not be brought into this version's form ({kind}). They are as they were: use the version of before, and tell your administrator.</source>
            <translation>تعذّر تحويل بيانات المحطة إلى صيغة هذا الإصدار ({kind}). بقيت كما كانت: استعملوا الإصدار السابق وأخبروا المسؤول.</translation>
        </message>
        <message>
            <source>The station's data was written by a newer version of Muster. Update the program.</source>
            <translation>كُتبت بيانات المحطة بإصدار أحدث من Muster. حدّث البرنامج.</translation>
        </message>
        <message>
            <source>The station's database cannot be opened: it is damaged or the key is wrong.</source>
            <translation>يتعذر فتح قاعدة بيانات المحطة: إنها تالفة أو المفتاح غير صحيح.</translation>
        </message>
        <message>
            <source>The station's database is damaged, and too little is left to rebuild it from. Nothing was changed: put the station's folder back from your backup.</source>
            <translation>قاعدة بيانات المحطة تالفة، وما بقي منها لا يكفي لإعادة بنائها. لم يتغيّر شيء: أعيدوا مجلد المحطة من نسختكم الاحتياطية.</translation>
        </message>
        <message>
            <source>The station's database was damaged. It was put aside in {folder} and rebuilt; look through your drafts and packets, and tell your supervisor.</source>
            <translation>كانت قاعدة بيانات المحطة تالفة. وُضعت جانبًا في {folder} وأُعيد بناؤها؛ راجعوا المسودات والحزم وأخبروا المشرف.</translation>
        </message>
        <message>
            <source>The station's folder cannot be read. Check the disk and its permissions.</source>
            <translation>تتعذر قراءة مجلد المحطة. تحقق من القرص وأذوناته.</translation>
        </message>
        <message>
            <source>The station's folder cannot be written. Check the disk and its permissions.</source>
            <translation>تتعذر الكتابة في مجلد المحطة. تحقق من القرص وأذوناته.</translation>
        </message>
        <message>
            <source>The station's settings cannot be read: station.json is damaged.</source>
            <translation>تتعذر قراءة إعدادات المحطة: الملف ⁦station.json⁩ تالف.</translation>
        </message>
        <message>
            <source>The step {node} asks for {minimum} successes and has {children} steps.</source>
            <translation>تطلب الخطوة {node} عدد {minimum} من النجاحات وفيها {children} من الخطوات.</translation>
        </message>
        <message>
            <source>The step {node} does not offer that: {options}.</source>
            <translation>لا تتيح الخطوة {node} ذلك: {options}.</translation>
        </message>
        <message>
            <source>The step {node} does not wait for this.</source>
            <translation>لا تنتظر الخطوة {node} هذا.</translation>
        </message>
        <message>
            <source>The step {node} has no steps in it.</source>
            <translation>لا تحتوي الخطوة {node} على أي خطوات.</translation>
        </message>
        <message>
            <source>The step {node} is given {target} from two places.</source>
            <translation>تتلقى الخطوة {node} القيمة {target} من مكانين.</translation>
        </message>
        <message>
            <source>The step {node} is given {target}, which its method does nothing with. Perhaps it is misspelt.</source>
            <translation>تُعطى الخطوة {node} القيمة {target}، ولا تستعملها طريقتها. ربما كُتب الاسم خطأً.</translation>
        </message>
        <message>
            <source>The step {node} is made of others: go on with one of those.</source>
            <translation>الخطوة {node} مكونة من خطوات أخرى: تابع بإحداها.</translation>
        </message>
        <message>
            <source>The step {node} is not to be done now.</source>
            <translation>الخطوة {node} لا تُنفذ الآن.</translation>
        </message>
        <message>
            <source>The step {node} is over.</source>
            <translation>انتهت الخطوة {node}.</translation>
        </message>
        <message>
            <source>The step {node} takes something from {source}, which cannot have run before it.</source>
            <translation>تأخذ الخطوة {node} شيئًا من {source}، ولا يمكن أن تكون قد نُفذت قبلها.</translation>
        </message>
        <message>
            <source>The step {node} takes something from {source}, which is no step that finds anything.</source>
            <translation>تأخذ الخطوة {node} شيئًا من {source}، وهي ليست خطوة تُعطي نتيجة.</translation>
        </message>
        <message>
            <source>The step {node} uses a method that is not defined: {method}.</source>
            <translation>تستخدم الخطوة {node} طريقة غير معرَّفة: {method}.</translation>
        </message>
        <message>
            <source>The step {node} would ask an address that is not secure: it has to begin with https.</source>
            <translation>ستسأل الخطوة {node} عنوانًا غير آمن: يجب أن يبدأ بـ https.</translation>
        </message>
        <message>
            <source>The steps that were needed did not succeed.</source>
            <translation>لم تنجح الخطوات المطلوبة.</translation>
        </message>
        <message>
            <source>The strongest evidence there is shows who this person is, with the person before you.</source>
            <translation>أقوى دليل ممكن يُبيّن من هو هذا الشخص، وهو أمامكم.</translation>
        </message>
        <message>
            <source>The suggestion</source>
            <translation>الاقتراح</translation>
        </message>
        <message>
            <source>The supervisor knows this person.</source>
            <translation>المشرف يعرف هذا الشخص.</translation>
        </message>
        <message>
            <source>The supervisor's user name or password is wrong. Check both and try again.</source>
            <translation>اسم مستخدم المشرف أو كلمة مروره غير صحيح. تحقق منهما وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>The table of assurance levels has a missing or wrong value at {place}.</source>
            <translation>في جدول مستويات التوثيق قيمة ناقصة أو خاطئة عند {place}.</translation>
        </message>
        <message>
            <source>The table that is shown, as a file for a spreadsheet (CSV)</source>
            <translation>الجدول المعروض، كملف لجداول البيانات (CSV)</translation>
        </message>
        <message>
            <source>The ten minutes for sharing records were over. It can be begun again.</source>
            <translation>انتهت الدقائق العشر المخصصة لمشاركة السجلات. يمكن البدء بها من جديد.</translation>
        </message>
        <message>
            <source>The test did not end within {seconds} s. Unplug the {kind}, restart this program, and give this report to the maker of its driver.</source>
            <translation>لم ينتهِ الفحص خلال {seconds} ث. افصل الجهاز ({kind})، وأعد تشغيل هذا البرنامج، وسلّم هذا التقرير إلى صانع برنامج تشغيله.</translation>
        </message>
        <message>
            <source>The time for this proof is over. Begin again.</source>
            <translation>انتهى وقت هذا الإثبات. ابدؤوا من جديد.</translation>
        </message>
        <message>
            <source>The time for this proof of identity is over. Begin again.</source>
            <translation>انتهى الوقت المخصص لهذا التحقق من الهوية. ابدأ من جديد.</translation>
        </message>
        <message>
            <source>The time for this step is over. Begin it anew.</source>
            <translation>انتهى وقت هذه الخطوة. أعيدوها من البداية.</translation>
        </message>
        <message>
            <source>The time of capture in the record is neither a time nor marked as unknown.</source>
            <translation>وقت الالتقاط المذكور في السجل ليس وقتًا صحيحًا وليس مُعلَّمًا بأنه غير معروف.</translation>
        </message>
        <message>
            <source>The timed run waited in vain for a screen: {screen}.</source>
            <translation>انتظر القياس الزمني شاشة دون جدوى: {screen}.</translation>
        </message>
        <message>
            <source>The tokens are renewed.</source>
            <translation>جُدّدت الرموز.</translation>
        </message>
        <message>
            <source>The tour waited in vain for a screen: {screen}.</source>
            <translation>انتظرت الجولة شاشة لم تظهر: ⁨{screen}⁩.</translation>
        </message>
        <message>
            <source>The trail cannot be written to {file}. Name a file in a folder that is there.</source>
            <translation>لا يمكن كتابة السجل في {file}. سمِّ ملفًا في مجلد موجود.</translation>
        </message>
        <message>
            <source>The trail is BROKEN at record {number}: what stands from there on proves nothing.</source>
            <translation>السجل مكسور عند القيد {number}: ما يليه لا يثبت شيئًا.</translation>
        </message>
        <message>
            <source>The trail is being checked …</source>
            <translation>يجري التحقق من السجل …</translation>
        </message>
        <message>
            <source>The trail is unbroken: {count} records, signed by this station's key up to record {upto}.</source>
            <translation>السجل سليم: {count} قيدًا، موقّعة بمفتاح هذه المحطة حتى القيد {upto}.</translation>
        </message>
        <message>
            <source>The trail tells nothing of a registration with this number.</source>
            <translation>لا يذكر السجل شيئًا عن تسجيل بهذا الرقم.</translation>
        </message>
        <message>
            <source>The trusted provider did not tell something about the person that is needed here.</source>
            <translation>لم يذكر المزود الموثوق أمرًا عن الشخص يلزم هنا.</translation>
        </message>
        <message>
            <source>The two passwords differ.</source>
            <translation>كلمتا المرور مختلفتان.</translation>
        </message>
        <message>
            <source>The two passwords of {name} differ.</source>
            <translation>{name}: كلمتا المرور غير متطابقتين.</translation>
        </message>
        <message>
            <source>The type of face picture in the record is none that the standard knows.</source>
            <translation>نوع صورة الوجه المذكور في السجل غير معروف في المعيار.</translation>
        </message>
        <message>
            <source>The unit of resolution in the record is neither pixels per inch nor per centimetre.</source>
            <translation>وحدة الدقة المذكورة في السجل ليست بكسل في البوصة ولا بكسل في السنتيمتر.</translation>
        </message>
        <message>
            <source>The use case asks for more than all of its methods together can prove.</source>
            <translation>تطلب هذه الحالة أكثر مما يمكن أن تثبته كل طرقها مجتمعة.</translation>
        </message>
        <message>
            <source>The use case cannot succeed: too many of its methods are switched off or prohibited.</source>
            <translation>لا يمكن أن تنجح هذه الحالة: عدد كبير من طرقها معطل أو ممنوع.</translation>
        </message>
        <message>
            <source>The use case {use_case} cannot be used ({reason}). 'muster proofing compile' says all that is wrong with it.</source>
            <translation>لا يمكن استخدام الحالة {use_case} ({reason}). الأمر «muster proofing compile» يذكر كل ما فيها من خطأ.</translation>
        </message>
        <message>
            <source>The use case {use_case} stands in the proofing configuration twice.</source>
            <translation>ترد الحالة {use_case} مرتين في إعدادات التحقق.</translation>
        </message>
        <message>
            <source>The values are no JSON object of texts: {file}.</source>
            <translation>القيم ليست كائن JSON مكونًا من نصوص: {file}.</translation>
        </message>
        <message>
            <source>The video file that stands for a camera is not there or cannot be read. Ask your administrator.</source>
            <translation>ملف الفيديو الذي يقوم مقام الكاميرا غير موجود أو لا يمكن قراءته. راجع المسؤول.</translation>
        </message>
        <message>
            <source>The wallet could not answer, perhaps for want of a fitting credential. Take another way.</source>
            <translation>لم تستطع المحفظة الرقمية الإجابة، ربما لعدم وجود وثيقة إثبات مناسبة. اختر طريقة أخرى.</translation>
        </message>
        <message>
            <source>The wallet did not answer in time. Begin this step again.</source>
            <translation>لم تُجب المحفظة الرقمية في الوقت المحدد. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>The wallet did not prove that the credential belongs to whoever showed it.</source>
            <translation>لم تُثبت المحفظة الرقمية أن وثيقة الإثبات تعود إلى من عرضها.</translation>
        </message>
        <message>
            <source>The wallet did not prove that the credentials it showed belong to one and the same person.</source>
            <translation>لم تُثبت المحفظة الرقمية أن وثائق الإثبات التي عرضتها تعود إلى شخص واحد بعينه.</translation>
        </message>
        <message>
            <source>The wallet did not show something about the person that is needed here.</source>
            <translation>لم تعرض المحفظة الرقمية معلومة عن الشخص مطلوبة هنا.</translation>
        </message>
        <message>
            <source>The wallet showed a credential of another kind than was asked for.</source>
            <translation>عرضت المحفظة الرقمية وثيقة إثبات من نوع غير المطلوب.</translation>
        </message>
        <message>
            <source>The wallet showed more about the person than it was asked for, so nothing was kept.</source>
            <translation>عرضت المحفظة الرقمية معلومات عن الشخص أكثر مما طُلب، ولذلك لم يُحفظ شيء.</translation>
        </message>
        <message>
            <source>The width or height in the record is not that of the picture inside it.</source>
            <translation>العرض أو الارتفاع المذكور في السجل لا يطابق الصورة الموجودة فيه.</translation>
        </message>
        <message>
            <source>The {kind} answered in another version of the interface than it was asked in.</source>
            <translation>أجاب الجهاز ({kind}) بإصدار للواجهة غير الذي سُئل به.</translation>
        </message>
        <message>
            <source>The {kind} answered with another capture than the one asked for. Try again.</source>
            <translation>أجاب الجهاز ({kind}) بالتقاط غير المطلوب. حاول مجددًا.</translation>
        </message>
        <message>
            <source>The {kind} calls a picture another finger or eye than its record does. Tell support.</source>
            <translation>ينسب الجهاز ({kind}) صورة إلى إصبع أو عين غير ما في سجلها. أبلغ الدعم.</translation>
        </message>
        <message>
            <source>The {kind} calls itself certified, but nobody this station believes in vouches for its chip. Tell support.</source>
            <translation>يقول الجهاز ({kind}) إنه معتمد، لكن لا تضمن شريحته جهة تثق بها هذه المحطة. أبلغ الدعم.</translation>
        </message>
        <message>
            <source>The {kind} cannot capture what is needed here. Use another device.</source>
            <translation>لا يستطيع الجهاز ({kind}) التقاط المطلوب هنا. استعمل جهازًا آخر.</translation>
        </message>
        <message>
            <source>The {kind} cannot reach its maker's server. Connect this computer to the network.</source>
            <translation>لا يصل الجهاز ({kind}) إلى خادم صانعه. صل هذا الحاسوب بالشبكة.</translation>
        </message>
        <message>
            <source>The {kind} captured for another purpose than registration.</source>
            <translation>التقط الجهاز ({kind}) لغرض غير التسجيل.</translation>
        </message>
        <message>
            <source>The {kind} chains its captures in an older way than specified.</source>
            <translation>يسلسل الجهاز ({kind}) التقاطاته بطريقة أقدم من المقررة.</translation>
        </message>
        <message>
            <source>The {kind} chosen at this station, {chosen}, is not ready. {used} is used instead.</source>
            <translation>الجهاز المختار في هذه المحطة ({kind})، {chosen}، غير جاهز. يُستخدم {used} بدلاً منه.</translation>
        </message>
        <message>
            <source>The {kind} could not use what it saw. Clean it and try again.</source>
            <translation>لم يستطع الجهاز ({kind}) استعمال ما رآه. نظفه وحاول مجددًا.</translation>
        </message>
        <message>
            <source>The {kind} did not answer in time. Try again.</source>
            <translation>لم يستجب الجهاز في الوقت المحدد: {kind}. حاول مرة أخرى.</translation>
        </message>
        <message>
            <source>The {kind} did not sign what it answered. Do not use it and tell support.</source>
            <translation>لم يوقع الجهاز ({kind}) إجابته. لا تستعمله وأبلغ الدعم.</translation>
        </message>
        <message>
            <source>The {kind} did not understand the order (error {number}). Tell support.</source>
            <translation>لم يفهم الجهاز ({kind}) الطلب (الخطأ {number}). أبلغ الدعم.</translation>
        </message>
        <message>
            <source>The {kind} does not say which finger or eye it captured. Use another device.</source>
            <translation>لا يذكر الجهاز ({kind}) أي إصبع أو عين التقط. استعمل جهازًا آخر.</translation>
        </message>
        <message>
            <source>The {kind} handed out a finger or eye that is an exception; it was not kept.</source>
            <translation>سلّم الجهاز ({kind}) إصبعًا أو عينًا مستثناة؛ ولم تُحفظ.</translation>
        </message>
        <message>
            <source>The {kind} handed out a picture that it has handed out before. Tell your supervisor if it happens again.</source>
            <translation>سلّم الجهاز ({kind}) صورة سبق أن سلّمها. أبلغ مشرفك إن تكرر ذلك.</translation>
        </message>
        <message>
            <source>The {kind} handed out something else than it is made for.</source>
            <translation>سلّم الجهاز ({kind}) غير ما صُنع له.</translation>
        </message>
        <message>
            <source>The {kind} handed out the same finger or eye twice. Try again.</source>
            <translation>سلّم الجهاز ({kind}) الإصبع نفسه أو العين نفسها مرتين. حاول مجددًا.</translation>
        </message>
        <message>
            <source>The {kind} has a new key since it was found; its maker vouches for it.</source>
            <translation>للجهاز ({kind}) مفتاح جديد منذ العثور عليه؛ وصانعه يضمنه.</translation>
        </message>
        <message>
            <source>The {kind} has no valid certificate of its maker. Connect it to its maker's server, or use another device.</source>
            <translation>ليس للجهاز ({kind}) شهادة صالحة من صانعه. صله بخادم الصانع أو استعمل جهازًا آخر.</translation>
        </message>
        <message>
            <source>The {kind} is busy. Close other programs that use it and try again.</source>
            <translation>الجهاز مشغول: {kind}. أغلق البرامج الأخرى التي تستخدمه وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>The {kind} is connected.</source>
            <translation>الجهاز موصول: {kind}.</translation>
        </message>
        <message>
            <source>The {kind} is not ready yet. Wait a moment and try again.</source>
            <translation>الجهاز ({kind}) غير جاهز بعد. انتظر لحظة وحاول مجددًا.</translation>
        </message>
        <message>
            <source>The {kind} is set up for another environment than this station. Tell support.</source>
            <translation>الجهاز ({kind}) مهيأ لبيئة غير بيئة هذه المحطة. أبلغ الدعم.</translation>
        </message>
        <message>
            <source>The {kind} reported a fault. Unplug it, plug it in and try again.</source>
            <translation>أبلغ الجهاز عن عطل: {kind}. افصل الجهاز ثم أعد توصيله وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>The {kind} reported error {number}. Try again; tell support if it stays.</source>
            <translation>أبلغ الجهاز ({kind}) عن الخطأ {number}. حاول مجددًا؛ وأبلغ الدعم إن استمر.</translation>
        </message>
        <message>
            <source>The {kind} saw nothing. Place it again and keep still.</source>
            <translation>لم يرَ الجهاز ({kind}) شيئًا. ضعه من جديد ولا تتحرك.</translation>
        </message>
        <message>
            <source>The {kind} says that somebody has tampered with it. Do not use it and tell your supervisor.</source>
            <translation>يفيد الجهاز ({kind}) بأن أحدًا عبث به. لا تستعمله وأبلغ مشرفك.</translation>
        </message>
        <message>
            <source>The {kind} signed something else than it handed out. Tell your supervisor.</source>
            <translation>توقيع الجهاز لا يطابق ما سلّمه: {kind}. أبلغ المشرف.</translation>
        </message>
        <message>
            <source>The {kind} wants its captures sent out of this computer. Do not use it and tell your supervisor.</source>
            <translation>يريد الجهاز ({kind}) إرسال التقاطاته خارج هذا الحاسوب. لا تستعمله وأبلغ مشرفك.</translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in and try again.</source>
            <translation>فُصل الجهاز: {kind}. أعد توصيل الجهاز وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>The {kind} was unplugged. Plug it in; it goes on by itself.</source>
            <translation>فُصل الجهاز: {kind}. وصّله، وسيستمر العمل تلقائيًا.</translation>
        </message>
        <message>
            <source>The {kind} was withdrawn from use. Put it away and tell your supervisor.</source>
            <translation>سُحب الجهاز ({kind}) من الاستعمال. أبعده وأبلغ مشرفك.</translation>
        </message>
        <message>
            <source>There are attempts left. A poor capture can be kept only when all are used up.</source>
            <translation>ما زالت هناك محاولات متبقية. لا يمكن حفظ لقطة ضعيفة إلا بعد استنفادها كلها.</translation>
        </message>
        <message>
            <source>There are no packets at present.</source>
            <translation>لا توجد حزم حاليًا.</translation>
        </message>
        <message>
            <source>There are no pictures in the folder {folder}.</source>
            <translation>لا توجد صور في المجلد {folder}.</translation>
        </message>
        <message>
            <source>There are several requiredOn: here any of them is enough, MOSIP's own client looks at the first alone.</source>
            <translation>هناك عدة requiredOn: يكفي هنا أي منها، أما برنامج MOSIP فينظر إلى الأول وحده.</translation>
        </message>
        <message>
            <source>There cannot be an answer before {time}.</source>
            <translation>لا يمكن أن يصل جواب قبل {time}.</translation>
        </message>
        <message>
            <source>There is a document in that place already. Remove it first.</source>
            <translation>توجد وثيقة في ذلك المكان بالفعل. أزلها أولًا.</translation>
        </message>
        <message>
            <source>There is a file of that name already. Choose another name for the note.</source>
            <translation>يوجد ملف بهذا الاسم. اختاروا اسمًا آخر للورقة السرية.</translation>
        </message>
        <message>
            <source>There is a file of that name already: {file}. It was not changed.</source>
            <translation>يوجد ملف بهذا الاسم بالفعل: {file}. لم يُغيَّر.</translation>
        </message>
        <message>
            <source>There is a network</source>
            <translation>توجد شبكة</translation>
        </message>
        <message>
            <source>There is a station in this folder already.</source>
            <translation>توجد محطة في هذا المجلد بالفعل.</translation>
        </message>
        <message>
            <source>There is data already. A backup is restored into an empty hub only.</source>
            <translation>توجد بيانات بالفعل. لا تُستعاد النسخة الاحتياطية إلا في مركز استقبال فارغ.</translation>
        </message>
        <message>
            <source>There is neither a UI specification nor an ID schema in {file}. Name MOSIP's JSON, or its table as CSV.</source>
            <translation>لا يحتوي {file} على مواصفة واجهة ولا على مخطط هوية. سمِّ ملف JSON الخاص بـ MOSIP أو جدوله بصيغة CSV.</translation>
        </message>
        <message>
            <source>There is no age group {group}. Known are {known}.</source>
            <translation>لا توجد فئة عمرية {group}. المعروف هو {known}.</translation>
        </message>
        <message>
            <source>There is no agreed format for what was captured, so it cannot be written.</source>
            <translation>لا توجد صيغة متفق عليها لما التُقط، ولذلك لا يمكن كتابته.</translation>
        </message>
        <message>
            <source>There is no display that a window could be shown on. Start this program in a graphical session; the commands work without one.</source>
            <translation>لا توجد شاشة يمكن عرض نافذة عليها. شغّل هذا البرنامج في جلسة رسومية؛ أما الأوامر فتعمل من دونها.</translation>
        </message>
        <message>
            <source>There is no document on the chip reader. Lay it on and try again.</source>
            <translation>لا توجد وثيقة على قارئ الشرائح. ضعها وحاول من جديد.</translation>
        </message>
        <message>
            <source>There is no file behind this piece.</source>
            <translation>لا ملف وراء هذه القطعة.</translation>
        </message>
        <message>
            <source>There is no finger on record to compare with. Take another way.</source>
            <translation>لا توجد بصمة مسجلة للمقارنة بها. اختر طريقة أخرى.</translation>
        </message>
        <message>
            <source>There is no job of this name. It may be one of: {names}.</source>
            <translation>لا توجد مهمة بهذا الاسم. المهام الممكنة: {names}.</translation>
        </message>
        <message>
            <source>There is no kind of server of this name. It may be one of: {kinds}.</source>
            <translation>لا يوجد نوع خادم بهذا الاسم. الأنواع الممكنة: {kinds}.</translation>
        </message>
        <message>
            <source>There is no label in {languages}; English or the id is shown.</source>
            <translation>لا توجد تسمية بـ {languages}؛ تظهر الإنجليزية أو المعرّف.</translation>
        </message>
        <message>
            <source>There is no list for a review in this folder.</source>
            <translation>لا توجد قائمة للمراجعة في هذا المجلد.</translation>
        </message>
        <message>
            <source>There is no list of packets in this folder. Perhaps the drive was pulled out too early: hand over again.</source>
            <translation>لا توجد قائمة حزم في هذا المجلد. لعلّ القرص نُزع مبكرًا: أعد التسليم.</translation>
        </message>
        <message>
            <source>There is no other device for this.</source>
            <translation>لا يوجد جهاز آخر لهذا الغرض.</translation>
        </message>
        <message>
            <source>There is no portrait to compare the face with. Take a document of the person first.</source>
            <translation>لا توجد صورة شخصية لمقارنة الوجه بها. خذ أولًا وثيقة للشخص.</translation>
        </message>
        <message>
            <source>There is no proofing use case {use_case} for {tenant}.</source>
            <translation>لا توجد حالة تحقق {use_case} للجهة {tenant}.</translation>
        </message>
        <message>
            <source>There is no setting called {name}.</source>
            <translation>لا يوجد إعداد باسم {name}.</translation>
        </message>
        <message>
            <source>There is no signed code of a slip in this. Photograph it again, flat and in good light, or type its text.</source>
            <translation>لا يوجد هنا رمز موقّع لإيصال. صوّره من جديد، مبسوطًا وفي ضوء جيد، أو اكتب نصه.</translation>
        </message>
        <message>
            <source>There is no station in this folder yet. Open the window once, or run 'muster station create'.</source>
            <translation>لا توجد محطة في هذا المجلد بعد. افتح النافذة مرة واحدة أو نفّذ الأمر ⁦muster station create⁩.</translation>
        </message>
        <message>
            <source>There is no such file: {file}.</source>
            <translation>هذا الملف غير موجود: ⁦{file}⁩.</translation>
        </message>
        <message>
            <source>There is no such folder: {folder}.</source>
            <translation>هذا المجلد غير موجود: ⁦{folder}⁩.</translation>
        </message>
        <message>
            <source>There is no version {number} of the settings.</source>
            <translation>لا توجد النسخة {number} من الإعدادات.</translation>
        </message>
        <message>
            <source>There is nothing in this registration to be confirmed.</source>
            <translation>لا شيء في هذا التسجيل يحتاج إلى تأكيد.</translation>
        </message>
        <message>
            <source>There is nothing to be reviewed under this number.</source>
            <translation>لا شيء للمراجعة تحت هذا الرقم.</translation>
        </message>
        <message>
            <source>There is nothing yet to look this person up by.</source>
            <translation>لا يوجد بعد ما يمكن البحث به عن هذا الشخص.</translation>
        </message>
        <message>
            <source>There is only the trace of an earlier finger. Clean the glass.</source>
            <translation>لا يوجد سوى أثر إصبع سابق. نظّف الزجاج.</translation>
        </message>
        <message>
            <source>There is something behind the end of the record, at byte {offset}.</source>
            <translation>توجد بيانات بعد نهاية السجل، عند البايت {offset}.</translation>
        </message>
        <message>
            <source>There is something behind the picture in the record that nobody looks at.</source>
            <translation>يوجد بعد الصورة في السجل شيء لا يطّلع عليه أحد.</translation>
        </message>
        <message>
            <source>There is something on the chip reader that does not answer. Turn the document over, or open it at the page with the portrait.</source>
            <translation>على قارئ الشرائح شيء لا يجيب. اقلب الوثيقة، أو افتحها على صفحة الصورة.</translation>
        </message>
        <message>
            <source>There is too little print on the page to judge this.</source>
            <translation>المطبوع على الصفحة أقل من أن يُحكم على هذا.</translation>
        </message>
        <message>
            <source>There is too little space on the disk for another registration. Free some first.</source>
            <translation>المساحة المتبقية على القرص لا تكفي لتسجيل آخر. أخلِ بعض المساحة أولًا.</translation>
        </message>
        <message>
            <source>There was no network. The person may be enrolled; the proof is still owed.</source>
            <translation>لم تكن هناك شبكة. يمكن تسجيل الشخص، ويبقى الإثبات مستحقًا.</translation>
        </message>
        <message>
            <source>There were too many wrong attempts. Wait {minutes} min {seconds} s, then try again.</source>
            <translation>كانت هناك محاولات خاطئة كثيرة. انتظر {minutes} دقيقة و{seconds} ثانية ثم أعد المحاولة.</translation>
        </message>
        <message>
            <source>These came with the proof and need not be scanned:</source>
            <translation>هذه جاءت مع الإثبات ولا حاجة إلى مسحها:</translation>
        </message>
        <message>
            <source>These pages together are too large to be sent: {size} kB, and at most {limit} kB can be. Leave some of them out.</source>
            <translation>هذه الصفحات معًا أكبر من أن تُرسل: {size} كيلوبايت، والحد الأقصى {limit} كيلوبايت. استغنِ عن بعضها.</translation>
        </message>
        <message>
            <source>These settings are as they were. Nothing was changed.</source>
            <translation>هذه الإعدادات كما كانت. لم يُغيَّر شيء.</translation>
        </message>
        <message>
            <source>They said that they cannot sign.</source>
            <translation>قال الشخص إنه لا يستطيع التوقيع.</translation>
        </message>
        <message>
            <source>This PDF cannot be read, or nobody signed it.</source>
            <translation>لا يمكن قراءة ملف PDF هذا، أو لم يوقّعه أحد.</translation>
        </message>
        <message>
            <source>This breaks the rule {rule} of this field.</source>
            <translation>هذا يخالف قاعدة {rule} لهذا الحقل.</translation>
        </message>
        <message>
            <source>This chip does not open with six digits. Use the machine-readable lines of the document.</source>
            <translation>لا تُفتح هذه الشريحة بستة أرقام. استعمل أسطر الوثيقة المقروءة آليًا.</translation>
        </message>
        <message>
            <source>This code is not that of a driving licence.</source>
            <translation>هذا الرمز ليس رمز رخصة قيادة.</translation>
        </message>
        <message>
            <source>This computer does not let the program use the {kind}. Tell support: its udev rule is missing.</source>
            <translation>لا يسمح هذا الحاسوب للبرنامج باستخدام الجهاز ({kind}). أبلغ فريق الدعم: قاعدة udev الخاصة به غير موجودة.</translation>
        </message>
        <message>
            <source>This computer does not let the program use the {kind}. Tell support: the account must belong to the group video.</source>
            <translation>لا يسمح هذا الحاسوب للبرنامج باستخدام الجهاز ({kind}). أبلغ فريق الدعم: يجب أن ينتمي الحساب إلى المجموعة video.</translation>
        </message>
        <message>
            <source>This computer has no print service that could be asked. Save the slip as a PDF, or ask your administrator.</source>
            <translation>لا توجد في هذا الحاسوب خدمة طباعة. احفظ الإيصال بصيغة PDF، أو اسأل المسؤول.</translation>
        </message>
        <message>
            <source>This computer has no printer. Save the slip as a PDF, and print that elsewhere.</source>
            <translation>لا طابعة لهذا الحاسوب. احفظ الإيصال ملف PDF واطبعه في مكان آخر.</translation>
        </message>
        <message>
            <source>This computer has no voice: during captures, what is asked of people is shown and not said.</source>
            <translation>لا صوت لهذا الحاسوب: تُعرض التعليمات أثناء الالتقاط ولا تُقال.</translation>
        </message>
        <message>
            <source>This computer's TPM cannot be reached. It must be switched on in the computer's firmware settings, and your account must be allowed to use it.</source>
            <translation>يتعذر الوصول إلى شريحة TPM في هذا الحاسوب. يجب تفعيلها في إعدادات البرنامج الثابت للحاسوب، وأن يُسمح لحسابك باستخدامها.</translation>
        </message>
        <message>
            <source>This computer's TPM does not answer. Start the computer again.</source>
            <translation>لا تستجيب شريحة TPM في هذا الحاسوب. أعد تشغيل الحاسوب.</translation>
        </message>
        <message>
            <source>This computer's TPM does not hold this station's key: it is another TPM, or it was reset. What was registered is kept here. Call your administrator.</source>
            <translation>لا تحتوي شريحة TPM في هذا الحاسوب على مفتاح هذه المحطة: إما أنها شريحة أخرى أو أُعيد ضبطها. ما سُجّل محفوظ هنا. اتصل بمسؤول النظام.</translation>
        </message>
        <message>
            <source>This computer's TPM refuses ({response}). Tell your administrator what stands in the brackets.</source>
            <translation>ترفض شريحة TPM في هذا الحاسوب ({response}). أبلغ مسؤول النظام بما بين القوسين.</translation>
        </message>
        <message>
            <source>This computer's clock is {minutes} minutes off the server's. Set its date, time and time zone, then sign in again.</source>
            <translation>الفرق بين ساعة هذا الحاسوب وساعة الخادم {minutes} دقيقة. اضبط التاريخ والوقت والمنطقة الزمنية، ثم سجّل الدخول من جديد.</translation>
        </message>
        <message>
            <source>This computer's clock was set back by {seconds} seconds meanwhile.</source>
            <translation>أُعيدت ساعة هذا الحاسوب {seconds} ثانية إلى الوراء في هذه الأثناء.</translation>
        </message>
        <message>
            <source>This configuration cannot be used as long as a use case in it has faults: {use_case}.</source>
            <translation>لا يمكن استخدام هذا الإعداد ما دامت في إحدى حالات الاستخدام أخطاء: {use_case}.</translation>
        </message>
        <message>
            <source>This date is too long ago to be a date of birth.</source>
            <translation>هذا التاريخ أقدم من أن يكون تاريخ ميلاد.</translation>
        </message>
        <message>
            <source>This date lies before the date of birth. Compare {field} and {other}.</source>
            <translation>هذا التاريخ يسبق تاريخ الميلاد. قارن {field} و{other}.</translation>
        </message>
        <message>
            <source>This date lies in the future.</source>
            <translation>هذا التاريخ في المستقبل.</translation>
        </message>
        <message>
            <source>This date must not lie after {last}.</source>
            <translation>يجب ألا يكون هذا التاريخ بعد {last}.</translation>
        </message>
        <message>
            <source>This date must not lie before {first}.</source>
            <translation>يجب ألا يكون هذا التاريخ قبل {first}.</translation>
        </message>
        <message>
            <source>This device can be used. Something about it could be better.</source>
            <translation>يمكن استخدام هذا الجهاز. هناك ما يمكن تحسينه.</translation>
        </message>
        <message>
            <source>This device cannot be used as it is. What to do stands beside the ✗.</source>
            <translation>لا يمكن استخدام هذا الجهاز على حاله. ما يجب فعله مذكور بجانب ✗.</translation>
        </message>
        <message>
            <source>This device is well.</source>
            <translation>هذا الجهاز سليم.</translation>
        </message>
        <message>
            <source>This document came as a PDF that cannot be shown here. It is kept and sent as it was shared.</source>
            <translation>جاءت هذه الوثيقة ملف PDF لا يمكن عرضه هنا. تُحفظ وتُرسل كما شورِكت.</translation>
        </message>
        <message>
            <source>This document cannot be accepted as a proof. Ask for another, or take another way.</source>
            <translation>لا يمكن قبول هذه الوثيقة إثباتًا. اطلب وثيقة أخرى، أو اختر طريقة أخرى.</translation>
        </message>
        <message>
            <source>This document is needed before you can go on.</source>
            <translation>هذه الوثيقة مطلوبة للمتابعة.</translation>
        </message>
        <message>
            <source>This does not look like a telephone number in use. Ask the person to say it again.</source>
            <translation>لا يبدو هذا رقم هاتف مستعملًا. اطلب من الشخص أن يعيده.</translation>
        </message>
        <message>
            <source>This entry does not belong to the place chosen above it.</source>
            <translation>هذا الخيار لا يتبع المكان المختار فوقه.</translation>
        </message>
        <message>
            <source>This field is needed.</source>
            <translation>هذا الحقل إلزامي.</translation>
        </message>
        <message>
            <source>This field needs its text in each language of the registration.</source>
            <translation>يجب ملء هذا الحقل بكل لغة من لغات التسجيل.</translation>
        </message>
        <message>
            <source>This file is no backup of a hub, or it is damaged.</source>
            <translation>هذا الملف ليس نسخة احتياطية لمركز استقبال، أو أنه تالف.</translation>
        </message>
        <message>
            <source>This file is no exported audit trail.</source>
            <translation>هذا الملف ليس سجلّ تدقيق مصدَّرًا.</translation>
        </message>
        <message>
            <source>This file is no note of a station's machine secret.</source>
            <translation>هذا الملف ليس الورقة التي تحفظ سرّ جهاز المحطة.</translation>
        </message>
        <message>
            <source>This file is no proof of an identity: {part} is missing or has a wrong form.</source>
            <translation>هذا الملف ليس إثبات هوية: {part} ناقص أو شكله غير صحيح.</translation>
        </message>
        <message>
            <source>This finger, eye or face was not captured yet.</source>
            <translation>لم يُلتقط هذا الإصبع أو العين أو الوجه بعد.</translation>
        </message>
        <message>
            <source>This folder holds registrations of a station whose station.json is missing. Restore it from a backup, or choose another folder.</source>
            <translation>يحتوي هذا المجلد على تسجيلات محطة ملفها ⁦station.json⁩ مفقود. استعده من نسخة احتياطية، أو اختر مجلدًا آخر.</translation>
        </message>
        <message>
            <source>This is a file: choose the folder the station lies in.</source>
            <translation>هذا ملف: اختر المجلد الذي توجد فيه المحطة.</translation>
        </message>
        <message>
            <source>This is enough for this registration.</source>
            <translation>هذا يكفي لهذا التسجيل.</translation>
        </message>
        <message>
            <source>This is kept. It can be taken again; the better of each finger counts.</source>
            <translation>هذا محفوظ. يمكن التقاطه من جديد؛ ويُحتسب الأفضل لكل إصبع.</translation>
        </message>
        <message>
            <source>This is longer than {most} characters. Shorten it.</source>
            <translation>هذا أطول من {most} حرفًا. اختصره.</translation>
        </message>
        <message>
            <source>This is looked at elsewhere. The answer comes by itself.</source>
            <translation>يُفحص هذا في مكان آخر. تصل الإجابة تلقائيًا.</translation>
        </message>
        <message>
            <source>This is no JSON: it breaks off at line {line}, column {column}.</source>
            <translation>هذا ليس JSON: تتوقف القراءة عند السطر {line}، العمود {column}.</translation>
        </message>
        <message>
            <source>This is no identity number: a digit is wrong or missing. Compare it with the card.</source>
            <translation>هذا ليس رقم هوية: هناك رقم خاطئ أو ناقص. قارنه بالبطاقة.</translation>
        </message>
        <message>
            <source>This is no name for a packet in the store.</source>
            <translation>هذا ليس اسماً لحزمة في المخزن.</translation>
        </message>
        <message>
            <source>This is no number of a pre-registration: it has 10 to 20 digits.</source>
            <translation>هذا ليس رقم تسجيل مسبق: فهو من 10 إلى 20 رقمًا.</translation>
        </message>
        <message>
            <source>This is no scope of MiTrust: {item} is not understood.</source>
            <translation>هذا ليس نطاقًا لخدمة MiTrust: لم يُفهم {item}.</translation>
        </message>
        <message>
            <source>This is no update for this program, or it was not copied whole. Copy it again.</source>
            <translation>هذا ليس تحديثًا لهذا البرنامج، أو أنه لم يُنسخ كاملًا. انسخه مرة أخرى.</translation>
        </message>
        <message>
            <source>This is not a finger you enrolled. Try again, or use your password.</source>
            <translation>هذا ليس إصبعًا سجّلته. أعد المحاولة أو استعمل كلمة المرور.</translation>
        </message>
        <message>
            <source>This is not a language of the registration.</source>
            <translation>هذه اللغة ليست من لغات التسجيل.</translation>
        </message>
        <message>
            <source>This is not a phone number. Begin with + and the country, as in +212 600 000000.</source>
            <translation>هذا ليس رقم هاتف. ابدأ بعلامة + ثم رمز البلد، مثل ‎+212 600 000000.</translation>
        </message>
        <message>
            <source>This is not a picture of one eye: it is too small or too large.</source>
            <translation>هذه ليست صورة لعين واحدة: إنها صغيرة جدًا أو كبيرة جدًا.</translation>
        </message>
        <message>
            <source>This is not a picture of one finger at 500 dpi: it is too small or too large.</source>
            <translation>هذه ليست صورة إصبع واحد بدقة 500 نقطة في البوصة: إنها صغيرة جدًا أو كبيرة جدًا.</translation>
        </message>
        <message>
            <source>This is not a picture of several fingers at 500 dpi.</source>
            <translation>هذه ليست صورة عدة أصابع بدقة 500 نقطة في البوصة.</translation>
        </message>
        <message>
            <source>This is not a registration number: it may hold digits only.</source>
            <translation>هذا ليس رقم تسجيل: يجب ألا يحتوي إلا على أرقام.</translation>
        </message>
        <message>
            <source>This is not a registration number: it must end in a date and a time.</source>
            <translation>هذا ليس رقم تسجيل: يجب أن ينتهي بتاريخ ووقت.</translation>
        </message>
        <message>
            <source>This is not a registration number: it must have 29 digits.</source>
            <translation>هذا ليس رقم تسجيل: يجب أن يتكون من 29 رقمًا.</translation>
        </message>
        <message>
            <source>This is not all that is asked for here. Fill in every field.</source>
            <translation>هذا ليس كل المطلوب هنا. املأ جميع الخانات.</translation>
        </message>
        <message>
            <source>This is not an e-mail address. Correct it.</source>
            <translation>هذا ليس عنوان بريد إلكتروني. صحّحه.</translation>
        </message>
        <message>
            <source>This is not the certificate that slips are checked with. Take slips.pem from the station's folder keys.</source>
            <translation>ليست هذه الشهادة التي يُتحقق بها من الإيصالات. خذ slips.pem من مجلد keys للجهاز.</translation>
        </message>
        <message>
            <source>This is not the chip of a passport or identity card. Lay the right document on the reader.</source>
            <translation>ليست هذه شريحة جواز سفر أو بطاقة هوية. ضع الوثيقة الصحيحة على القارئ.</translation>
        </message>
        <message>
            <source>This is not the kind of record it should be.</source>
            <translation>هذا السجل ليس من النوع المطلوب.</translation>
        </message>
        <message>
            <source>This is not the number of a request: it begins with the 29 digits of a registration.</source>
            <translation>هذا ليس رقم طلب: يبدأ رقم الطلب بالأرقام التسعة والعشرين لتسجيل.</translation>
        </message>
        <message>
            <source>This is not the public key of a machine's TPM; byte {offset} cannot be there.</source>
            <translation>هذا ليس المفتاح العام لشريحة TPM في جهاز؛ البايت {offset} لا يمكن أن يكون هناك.</translation>
        </message>
        <message>
            <source>This is not written the way the field needs it.</source>
            <translation>هذا النص ليس مكتوبًا بالصيغة المطلوبة في هذا الحقل.</translation>
        </message>
        <message>
            <source>This is not yet enough for this registration.</source>
            <translation>هذا لا يكفي بعد لهذا التسجيل.</translation>
        </message>
        <message>
            <source>This is the letter of a pre-registration.</source>
            <translation>هذه رسالة تسجيل مسبق.</translation>
        </message>
        <message>
            <source>This is the only administrator. Make somebody else one first, or nobody could undo it.</source>
            <translation>هذا هو المدير الوحيد. عيّن مديرًا آخر أولًا، وإلا فلن يستطيع أحد التراجع عن ذلك.</translation>
        </message>
        <message>
            <source>This is the other key of the machine: signatures are checked with its signing key, data is encrypted to its encryption key.</source>
            <translation>هذا هو المفتاح الآخر للجهاز: تُفحص التوقيعات بمفتاح التوقيع، وتُشفَّر البيانات بمفتاح التشفير.</translation>
        </message>
        <message>
            <source>This key does not open the file. Use the key the file was encrypted for.</source>
            <translation>هذا المفتاح لا يفتح الملف. استخدم المفتاح الذي شُفّر الملف من أجله.</translation>
        </message>
        <message>
            <source>This list of keys</source>
            <translation>قائمة المفاتيح هذه</translation>
        </message>
        <message>
            <source>This looks like the other eye. Check that left and right are not swapped.</source>
            <translation>تبدو هذه العين الأخرى. تحقّق من عدم تبديل اليمنى باليسرى.</translation>
        </message>
        <message>
            <source>This looks like the other hand. Place the hand that is shown.</source>
            <translation>تبدو هذه اليد الأخرى. ضع اليد المبيّنة.</translation>
        </message>
        <message>
            <source>This officer marks exceptions in {share} % of {registrations} registrations; all others here in {others} %.</source>
            <translation>يضع هذا الموظف استثناءات في {share} % من {registrations} تسجيلًا؛ وكل من عداه هنا في {others} %.</translation>
        </message>
        <message>
            <source>This pattern does not work at column {column} ({reason}). The field goes unchecked.</source>
            <translation>هذا النمط لا يعمل عند العمود {column} ({reason}). لا يُفحص الحقل.</translation>
        </message>
        <message>
            <source>This person gave no token at this station by which records are shared again.</source>
            <translation>لم يعطِ هذا الشخص في هذه المحطة رمزًا تُشارَك به السجلات من جديد.</translation>
        </message>
        <message>
            <source>This person has shown well enough who they are.</source>
            <translation>أثبت هذا الشخص هويته بما يكفي.</translation>
        </message>
        <message>
            <source>This picture alone is too large to be sent: {size} kB, and at most {limit} kB can be. Scan it again, or choose a smaller picture.</source>
            <translation>هذه الصورة وحدها أكبر من أن تُرسل: {size} كيلوبايت، والحد الأقصى {limit} كيلوبايت. امسحها مرة أخرى أو اختر صورة أصغر.</translation>
        </message>
        <message>
            <source>This picture does not fit into the record: fingers and irises are grey, faces are RGB.</source>
            <translation>هذه الصورة لا تناسب السجل: الأصابع والقزحيات رمادية، والوجوه ملونة (RGB).</translation>
        </message>
        <message>
            <source>This picture is already as small as it can be and still be read.</source>
            <translation>هذه الصورة صغيرة بالفعل إلى أقصى حد تبقى معه مقروءة.</translation>
        </message>
        <message>
            <source>This pre-registration was made with another system ({host}). Fill in the form with the person.</source>
            <translation>أُجري هذا التسجيل المسبق في نظام آخر ({host}). املأ النموذج مع الشخص.</translation>
        </message>
        <message>
            <source>This pre-registration was taken into another registration already. Ask the person about it.</source>
            <translation>أُخذ هذا التسجيل المسبق في تسجيل آخر. اسأل الشخص عنه.</translation>
        </message>
        <message>
            <source>This program was built without the public keys of those who release it, so it cannot check an update. Install the new version as you installed this one.</source>
            <translation>بُني هذا البرنامج بلا المفاتيح العامة لمن يصدرونه، فلا يستطيع التحقق من تحديث. ثبّت الإصدار الجديد كما ثبّت هذا الإصدار.</translation>
        </message>
        <message>
            <source>This proof of an identity was changed after it was made: {part} is not what was signed.</source>
            <translation>غُيّر إثبات الهوية هذا بعد إنشائه: {part} ليس ما وُقّع.</translation>
        </message>
        <message>
            <source>This proof of an identity was signed with another key than the one it was compared with.</source>
            <translation>وُقّع إثبات الهوية هذا بمفتاح غير الذي قورن به.</translation>
        </message>
        <message>
            <source>This proof of identity has no step {node}.</source>
            <translation>ليس في هذا التحقق من الهوية خطوة {node}.</translation>
        </message>
        <message>
            <source>This proof of identity is over ({status}) and cannot go on.</source>
            <translation>انتهى هذا التحقق من الهوية ({status}) ولا يمكن متابعته.</translation>
        </message>
        <message>
            <source>This record is not of a finger.</source>
            <translation>هذا السجل ليس لإصبع.</translation>
        </message>
        <message>
            <source>This record is not of an iris.</source>
            <translation>هذا السجل ليس لقزحية.</translation>
        </message>
        <message>
            <source>This registration is finished and cannot be changed any more.</source>
            <translation>اكتمل هذا التسجيل ولم يعد تغييره ممكنًا.</translation>
        </message>
        <message>
            <source>This registration number is of another centre.</source>
            <translation>رقم التسجيل هذا يخص مركزًا آخر.</translation>
        </message>
        <message>
            <source>This registration number is of another machine.</source>
            <translation>رقم التسجيل هذا يخص جهازًا آخر.</translation>
        </message>
        <message>
            <source>This registration was decided and signed off already.</source>
            <translation>صدر قرار بشأن هذا التسجيل ووُقّع من قبل.</translation>
        </message>
        <message>
            <source>This registration was not compared with others here, or it is too long ago.</source>
            <translation>لم يُقارَن هذا التسجيل بغيره هنا، أو مضى على ذلك وقت طويل.</translation>
        </message>
        <message>
            <source>This station asks for no proof of identity yet. Open a configuration.</source>
            <translation>لا تطلب هذه المحطة إثباتًا للهوية بعد. افتحوا إعدادًا.</translation>
        </message>
        <message>
            <source>This station cannot do this step: {type} is not installed.</source>
            <translation>لا تستطيع هذه المحطة تنفيذ هذه الخطوة: {type} غير مثبت.</translation>
        </message>
        <message>
            <source>This station cannot listen where wallets are to come, by what the proofing configuration says. Tell your administrator.</source>
            <translation>لا تستطيع هذه المحطة الاستماع على العنوان الذي تحدده إعدادات إثبات الهوية للمحافظ الرقمية. أخبر المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>This station does not ask who vouches for its devices.</source>
            <translation>لا تسأل هذه المحطة عمن يضمن أجهزتها.</translation>
        </message>
        <message>
            <source>This station does not know the authority that issued the document: nothing shows who signed the chip.</source>
            <translation>لا تعرف هذه المحطة الجهة التي أصدرت الوثيقة: لا شيء يُظهر من وقّع الشريحة.</translation>
        </message>
        <message>
            <source>This station does not know the language {language}.</source>
            <translation>هذه المحطة لا تعرف اللغة ⁨{language}⁩.</translation>
        </message>
        <message>
            <source>This station does not know the person's authenticator. Take another way.</source>
            <translation>لا تعرف هذه المحطة تطبيق المصادقة الخاص بالشخص. اختر طريقة أخرى.</translation>
        </message>
        <message>
            <source>This station does not know the scanner's certificate and sends it nothing. Ask your administrator.</source>
            <translation>لا تعرف هذه المحطة شهادة الماسح ولا ترسل إليه شيئًا. اسأل المسؤول.</translation>
        </message>
        <message>
            <source>This station has no form for the process {process}. Ask your administrator.</source>
            <translation>لا يوجد في هذه المحطة نموذج للعملية {process}. اسأل المسؤول.</translation>
        </message>
        <message>
            <source>This station has no packet with that number.</source>
            <translation>لا توجد في هذه المحطة حزمة بهذا الرقم.</translation>
        </message>
        <message>
            <source>This station has no registration with that number.</source>
            <translation>لا يوجد في هذه المحطة تسجيل بهذا الرقم.</translation>
        </message>
        <message>
            <source>This station has no server address. Packets stay in the outbox until it has one.</source>
            <translation>ليس لهذه المحطة عنوان خادم. تبقى الحزم في صندوق الصادر إلى أن يُحدد عنوان.</translation>
        </message>
        <message>
            <source>This station is for training with invented people: nothing leaves this computer.</source>
            <translation>هذه المحطة للتدريب على أشخاص وهميين: لا يخرج شيء من هذا الحاسوب.</translation>
        </message>
        <message>
            <source>This station keeps no token for shared records of that number.</source>
            <translation>لا تحفظ هذه المحطة رمز مشاركة سجلات بهذا الرقم.</translation>
        </message>
        <message>
            <source>This station knows no process {process}. Known are {known}; others are left out.</source>
            <translation>لا تعرف هذه المحطة عملية {process}. المعروف هو {known}؛ ويُهمَل ما عداه.</translation>
        </message>
        <message>
            <source>This station knows no proof of identity with that number.</source>
            <translation>لا تعرف هذه المحطة عملية تحقق من الهوية بهذا الرقم.</translation>
        </message>
        <message>
            <source>This station knows nobody who issues credentials to wallets. Synchronise it, or tell your administrator.</source>
            <translation>لا تعرف هذه المحطة أي جهة تصدر وثائق إثبات للمحافظ الرقمية. زامِنها، أو أخبر المسؤول عن النظام.</translation>
        </message>
        <message>
            <source>This station opens with a password and the keyring of your account at this computer.</source>
            <translation>تُفتح هذه المحطة بكلمة مرور وبحلقة مفاتيح حسابك على هذا الحاسوب.</translation>
        </message>
        <message>
            <source>This station opens with a password on this computer only: its TPM holds a part of the key.</source>
            <translation>تُفتح هذه المحطة بكلمة مرور على هذا الحاسوب فقط: تحتفظ شريحة TPM فيه بجزء من المفتاح.</translation>
        </message>
        <message>
            <source>This station was set up or changed by a newer version of Muster. Update the program.</source>
            <translation>أُعدّت هذه المحطة أو عُدّلت بإصدار أحدث من Muster. حدّثوا البرنامج.</translation>
        </message>
        <message>
            <source>This step did not succeed.</source>
            <translation>لم تنجح هذه الخطوة.</translation>
        </message>
        <message>
            <source>This step found an identifier that may not be used here without a legal basis.</source>
            <translation>وجدت هذه الخطوة معرِّفًا لا يجوز استخدامه هنا من دون سند قانوني.</translation>
        </message>
        <message>
            <source>This step is answered at once and waits for nothing.</source>
            <translation>تُجاب هذه الخطوة فورًا ولا تنتظر شيئًا.</translation>
        </message>
        <message>
            <source>This step needs a network, and may not wait for one.</source>
            <translation>تحتاج هذه الخطوة إلى شبكة، ولا يجوز أن تنتظرها.</translation>
        </message>
        <message>
            <source>This step needs a network. It waits: go on with it when there is one.</source>
            <translation>تحتاج هذه الخطوة إلى شبكة. هي في الانتظار: تابعها عند توفر الشبكة.</translation>
        </message>
        <message>
            <source>This step waits for MiTrust and for nothing else.</source>
            <translation>هذه الخطوة تنتظر خدمة MiTrust ولا شيء غيرها.</translation>
        </message>
        <message>
            <source>This step waits for a code and for nothing else.</source>
            <translation>تنتظر هذه الخطوة رمزاً ولا شيء غيره.</translation>
        </message>
        <message>
            <source>This step waits for a document and for nothing else.</source>
            <translation>تنتظر هذه الخطوة وثيقة ولا شيء غيرها.</translation>
        </message>
        <message>
            <source>This step waits for a form and for nothing else.</source>
            <translation>تنتظر هذه الخطوة استمارة ولا شيء غيرها.</translation>
        </message>
        <message>
            <source>This step waits for a wallet and for nothing else.</source>
            <translation>تنتظر هذه الخطوة محفظة رقمية ولا شيء غيرها.</translation>
        </message>
        <message>
            <source>This step waits for the browser and for nothing else.</source>
            <translation>هذه الخطوة تنتظر المتصفح ولا شيء سواه.</translation>
        </message>
        <message>
            <source>This step waits for the person and for nothing else.</source>
            <translation>تنتظر هذه الخطوة الشخص نفسه ولا شيء غيره.</translation>
        </message>
        <message>
            <source>This step waits for the service's answer and for nothing else.</source>
            <translation>هذه الخطوة تنتظر جواب الخدمة ولا شيء سواه.</translation>
        </message>
        <message>
            <source>This step waits for the sign-in and for nothing else.</source>
            <translation>هذه الخطوة تنتظر تسجيل الدخول ولا شيء غيره.</translation>
        </message>
        <message>
            <source>This step was tried too often.</source>
            <translation>جُرِّبت هذه الخطوة مرات كثيرة.</translation>
        </message>
        <message>
            <source>This token cannot be renewed any more: its two years are over. The person has to share the records anew.</source>
            <translation>لا يمكن تجديد هذا الرمز بعد الآن: انقضت مدته وهي سنتان. على الشخص أن يشارك السجلات من جديد.</translation>
        </message>
        <message>
            <source>This update has nothing for a computer of this kind ({kind}).</source>
            <translation>ليس في هذا التحديث شيء لحاسوب من هذا النوع ({kind}).</translation>
        </message>
        <message>
            <source>This update is not signed by enough of the people who may release this program. Do not install it.</source>
            <translation>لم يوقّع هذا التحديث عدد كافٍ من المخوّلين بإصدار هذا البرنامج. لا تثبّته.</translation>
        </message>
        <message>
            <source>This update is older than one that this computer already knows. Ask for the newest.</source>
            <translation>هذا التحديث أقدم من تحديث يعرفه هذا الحاسوب بالفعل. اطلب الأحدث.</translation>
        </message>
        <message>
            <source>This update was made on {made}, and the clock of this computer says {now}. Set the clock and try again.</source>
            <translation>صُنع هذا التحديث في {made}، وساعة هذا الحاسوب تشير إلى {now}. اضبط الساعة وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>This was begun and interrupted. Begin it once more.</source>
            <translation>بدأ هذا ثم انقطع. ابدؤوه مرة أخرى.</translation>
        </message>
        <message>
            <source>This was not asked for.</source>
            <translation>لم يُطلب ذلك.</translation>
        </message>
        <message>
            <source>This way of proving who somebody is is switched off.</source>
            <translation>طريقة إثبات الهوية هذه معطلة.</translation>
        </message>
        <message>
            <source>This way of proving who somebody is may not be used in {territory}.</source>
            <translation>لا يجوز استخدام طريقة إثبات الهوية هذه في {territory}.</translation>
        </message>
        <message>
            <source>This will be too large to be sent: about {expected} kB, and at most {limit} kB can be. Make the documents smaller or leave one out.</source>
            <translation>سيكون هذا أكبر من أن يُرسل: نحو {expected} كيلوبايت، والحد الأقصى {limit} كيلوبايت. صغّر الوثائق أو اترك إحداها.</translation>
        </message>
        <message>
            <source>This {kind} is made for authentication and cannot register people. Use another one.</source>
            <translation>هذا الجهاز ({kind}) مخصص للتحقق ولا يمكنه تسجيل الأشخاص. استعمل غيره.</translation>
        </message>
        <message>
            <source>This {kind} is too small to register people. It serves signing in and checks; connect a larger one.</source>
            <translation>هذا الجهاز ({kind}) أصغر من أن يُستخدم لتسجيل الأشخاص. يصلح لتسجيل الدخول والتحقق؛ وصّل جهازًا أكبر.</translation>
        </message>
        <message>
            <source>Thumbs</source>
            <translation>الإبهامان</translation>
        </message>
        <message>
            <source>Tidying up failed</source>
            <translation>فشل الترتيب</translation>
        </message>
        <message>
            <source>Time for a proof of identity over</source>
            <translation>انتهت مدة إثبات الهوية</translation>
        </message>
        <message>
            <source>Time for each step</source>
            <translation>الوقت لكل خطوة</translation>
        </message>
        <message>
            <source>Time left: {days} days</source>
            <translation>الوقت المتبقي: {days} يوم</translation>
        </message>
        <message>
            <source>Time left: {hours} h</source>
            <translation>الوقت المتبقي: {hours} س</translation>
        </message>
        <message>
            <source>Time left: {minutes} min</source>
            <translation>الوقت المتبقي: {minutes} د</translation>
        </message>
        <message>
            <source>Time left: {seconds} s</source>
            <translation>الوقت المتبقي: {seconds} ث</translation>
        </message>
        <message>
            <source>Time runs out</source>
            <translation>ينتهي الوقت</translation>
        </message>
        <message>
            <source>Times</source>
            <translation>مرات</translation>
        </message>
        <message>
            <source>To be</source>
            <translation>المطلوب</translation>
        </message>
        <message>
            <source>To sign in with elsewhere</source>
            <translation>لتسجيل الدخول به في مكان آخر</translation>
        </message>
        <message>
            <source>To what comes next; with Shift to what was before</source>
            <translation>إلى ما يلي؛ ومع Shift إلى ما سبق</translation>
        </message>
        <message>
            <source>Token for sharing records again kept</source>
            <translation>حُفظ رمز لمشاركة السجلات من جديد</translation>
        </message>
        <message>
            <source>Token for sharing records could not be renewed</source>
            <translation>لم يمكن تجديد رمز مشاركة السجلات</translation>
        </message>
        <message>
            <source>Token for sharing records destroyed</source>
            <translation>أُتلف رمز مشاركة السجلات</translation>
        </message>
        <message>
            <source>Token for sharing records renewed</source>
            <translation>جُدّد رمز مشاركة السجلات</translation>
        </message>
        <message>
            <source>Token of</source>
            <translation>رمز لـ</translation>
        </message>
        <message>
            <source>Told by</source>
            <translation>المصدر</translation>
        </message>
        <message>
            <source>Too few features are seen in the print. Clean the finger and the glass and take it again.</source>
            <translation>تفاصيل البصمة الظاهرة قليلة جدًا. نظّف الإصبع والزجاج وأعد الالتقاط.</translation>
        </message>
        <message>
            <source>Too few of the pictures show a face.</source>
            <translation>عدد الصور التي تُظهر وجهًا قليل جدًا.</translation>
        </message>
        <message>
            <source>Too few people did enough of it in these days for the team's to stand beside yours.</source>
            <translation>قلّة من الناس أنجزوا منه ما يكفي في هذه الأيام، فلا تُعرض أرقام الفريق بجانب أرقامك.</translation>
        </message>
        <message>
            <source>Too few pictures were taken to judge this.</source>
            <translation>عدد الصور الملتقطة قليل جدًا للحكم على ذلك.</translation>
        </message>
        <message>
            <source>Too little of the background is in the picture to be judged.</source>
            <translation>ما يظهر من الخلفية أقل من أن يُحكم عليه.</translation>
        </message>
        <message>
            <source>Too little of the two irises is seen to compare them.</source>
            <translation>الجزء الظاهر من القزحيتين لا يكفي لمقارنتهما.</translation>
        </message>
        <message>
            <source>Too little was captured in these days to compare devices and officers.</source>
            <translation>ما التُقط في هذه الأيام أقل من أن تُقارن به الأجهزة والموظفون.</translation>
        </message>
        <message>
            <source>Too little was done in these days for this to mean much.</source>
            <translation>ما أُنجز في هذه الأيام أقل من أن يدلّ على شيء.</translation>
        </message>
        <message>
            <source>Too many stations wait to be let in. Ask again later, or tell the hub's administrator.</source>
            <translation>محطات كثيرة جداً تنتظر السماح لها بالدخول. اطلب مرة أخرى لاحقاً، أو أبلغ مسؤول المحور.</translation>
        </message>
        <message>
            <source>Touch the fingerprint reader</source>
            <translation>المس قارئ البصمات</translation>
        </message>
        <message>
            <source>Touch the fingerprint reader.</source>
            <translation>المس قارئ البصمات.</translation>
        </message>
        <message>
            <source>Trail</source>
            <translation>سجل التدقيق</translation>
        </message>
        <message>
            <source>Trail exported for checking elsewhere</source>
            <translation>صُدّر السجل للتحقق منه في مكان آخر</translation>
        </message>
        <message>
            <source>Trail searched</source>
            <translation>بُحث في السجل</translation>
        </message>
        <message>
            <source>Trail up to here signed by the machine key</source>
            <translation>وُقّع السجل حتى هنا بمفتاح الجهاز</translation>
        </message>
        <message>
            <source>Training: nothing is sent to a real server</source>
            <translation>تدريب: لا يُرسل شيء إلى خادم حقيقي</translation>
        </message>
        <message>
            <source>Trigger {trigger} names a process that does not exist: {process}. There are: {processes}.</source>
            <translation>يذكر المُشغِّل {trigger} عملية غير موجودة: ‏{process}. العمليات الموجودة: ‏{processes}.</translation>
        </message>
        <message>
            <source>Try on what was before</source>
            <translation>التجربة على ما سبق</translation>
        </message>
        <message>
            <source>Try with this picture</source>
            <translation>المحاولة بهذه الصورة</translation>
        </message>
        <message>
            <source>Turn a little to the left.</source>
            <translation>استدر قليلًا نحو اليسار.</translation>
        </message>
        <message>
            <source>Turn a little to the right.</source>
            <translation>استدر قليلًا نحو اليمين.</translation>
        </message>
        <message>
            <source>Turn your head slowly to the left, then back to the camera.</source>
            <translation>أدر رأسك ببطء إلى اليسار، ثم عد إلى الكاميرا.</translation>
        </message>
        <message>
            <source>Turn your head slowly to the right, then back to the camera.</source>
            <translation>أدر رأسك ببطء إلى اليمين، ثم عد إلى الكاميرا.</translation>
        </message>
        <message>
            <source>Two drivers, {first} and {second}, claim one and the same {kind}. Neither is used: ask your administrator to leave one of them out.</source>
            <translation>برنامجا تشغيل، {first} و{second}، يطالبان بالجهاز نفسه ({kind}). لا يُستخدم أيٌّ منهما: اطلب من المسؤول استبعاد أحدهما.</translation>
        </message>
        <message>
            <source>Two samples in the biometric file have the same index.</source>
            <translation>تحمل عينتان في ملف البيانات الحيوية الفهرس نفسه.</translation>
        </message>
        <message>
            <source>Two screens have the order {order}: give each its own.</source>
            <translation>لشاشتين الترتيب {order}: أعطِ كل واحدة ترتيبها.</translation>
        </message>
        <message>
            <source>Two services say that they are the {kind} {serial} (ports {first} and {second}). Stop one of them.</source>
            <translation>خدمتان تقولان إنهما الجهاز {serial} ({kind}، المنفذان {first} و{second}). أوقف إحداهما.</translation>
        </message>
        <message>
            <source>Two steps have the same name: {node}.</source>
            <translation>لخطوتين الاسم نفسه: {node}.</translation>
        </message>
        <message>
            <source>Type its beginning</source>
            <translation>اكتب بداية اسمه</translation>
        </message>
        <message>
            <source>Type the beginning of a place; Enter takes the first one found.</source>
            <translation>اكتب بداية اسم المكان؛ مفتاح Enter يأخذ أول ما وُجد.</translation>
        </message>
        <message>
            <source>Type the name. Enter leads to the next empty field, Ctrl+Enter goes on.</source>
            <translation>اكتب الاسم. Enter ينقلك إلى الحقل الفارغ التالي، وCtrl+Enter يتابع.</translation>
        </message>
        <message>
            <source>Type the number from the card (to practise, {number}). Then press what is to be changed.</source>
            <translation>اكتب الرقم الذي على البطاقة (للتدريب: {number}). ثم اضغط ما يجب تغييره.</translation>
        </message>
        <message>
            <source>Type the number from the card. Then press what is to be changed.</source>
            <translation>اكتب الرقم الموجود على البطاقة. ثم اضغط ما يراد تغييره.</translation>
        </message>
        <message>
            <source>Type the number from the person's card, then press what is to be changed, or fill in only that.</source>
            <translation>اكتب الرقم من بطاقة الشخص، ثم اضغط على ما يُراد تغييره، أو املأ ذلك وحده.</translation>
        </message>
        <message>
            <source>Undo all</source>
            <translation>التراجع عن الكل</translation>
        </message>
        <message>
            <source>Unlock</source>
            <translation>فتح القفل</translation>
        </message>
        <message>
            <source>Use at this station</source>
            <translation>استخدامه في هذه المحطة</translation>
        </message>
        <message>
            <source>Use case</source>
            <translation>حالة الاستخدام</translation>
        </message>
        <message>
            <source>User name</source>
            <translation>اسم المستخدم</translation>
        </message>
        <message>
            <source>User name or password is wrong. Check both and try again.</source>
            <translation>اسم المستخدم أو كلمة المرور غير صحيح. تحقق منهما وحاول مرة أخرى.</translation>
        </message>
        <message>
            <source>Usual size</source>
            <translation>الحجم المعتاد</translation>
        </message>
        <message>
            <source>Validators of the type {kind} are not checked here; use a regex.</source>
            <translation>لا تُفحص هنا قواعد من النوع {kind}؛ استعمل regex.</translation>
        </message>
        <message>
            <source>Validity</source>
            <translation>الصلاحية</translation>
        </message>
        <message>
            <source>Version</source>
            <translation>النسخة</translation>
        </message>
        <message>
            <source>Version {number} is signed. Whoever signs in from {time} on works by it.</source>
            <translation>وُقّعت النسخة {number}. من يسجّل الدخول منذ {time} يعمل بها.</translation>
        </message>
        <message>
            <source>Version {version} does not start on this computer. Nothing was changed; tell those who released it.</source>
            <translation>الإصدار {version} لا يبدأ على هذا الحاسوب. لم يتغيّر شيء؛ أبلغ من أصدروه.</translation>
        </message>
        <message>
            <source>Version {version} is not newer than version {running}, which runs here. Nothing was changed.</source>
            <translation>الإصدار {version} ليس أحدث من الإصدار {running} الذي يعمل هنا. لم يتغيّر شيء.</translation>
        </message>
        <message>
            <source>Versions</source>
            <translation>النسخ</translation>
        </message>
        <message>
            <source>Versions of the settings, the newest first</source>
            <translation>نسخ الإعدادات، الأحدث أولًا</translation>
        </message>
        <message>
            <source>View</source>
            <translation>العرض</translation>
        </message>
        <message>
            <source>Visa</source>
            <translation>تأشيرة</translation>
        </message>
        <message>
            <source>Was</source>
            <translation>كانت</translation>
        </message>
        <message>
            <source>Was not kept</source>
            <translation>لم يُحفظ</translation>
        </message>
        <message>
            <source>Was told</source>
            <translation>أُبلغ الشخص</translation>
        </message>
        <message>
            <source>Week from</source>
            <translation>أسبوع من</translation>
        </message>
        <message>
            <source>Weight from which a supervisor has to look</source>
            <translation>الوزن الذي يجب على المشرف النظر عنده</translation>
        </message>
        <message>
            <source>Weight of a sign</source>
            <translation>وزن علامة</translation>
        </message>
        <message>
            <source>Weights of the signs</source>
            <translation>أوزان العلامات</translation>
        </message>
        <message>
            <source>Welcome, {name}</source>
            <translation>مرحبًا، ⁨{name}⁩</translation>
        </message>
        <message>
            <source>Went wrong</source>
            <translation>ما تعثّر</translation>
        </message>
        <message>
            <source>What</source>
            <translation>ماذا</translation>
        </message>
        <message>
            <source>What a device says about itself in the biometric file is not signed by a device.</source>
            <translation>ما يذكره جهاز عن نفسه في ملف البيانات الحيوية غير موقّع من جهاز.</translation>
        </message>
        <message>
            <source>What a device says about itself in the biometric file is signed with another certificate than its capture.</source>
            <translation>ما يذكره جهاز عن نفسه في ملف البيانات الحيوية موقّع بشهادة غير شهادة ما التقطه.</translation>
        </message>
        <message>
            <source>What a document says is filled in at once</source>
            <translation>يُملأ ما تقوله الوثيقة فورًا</translation>
        </message>
        <message>
            <source>What a search found was shown to a supervisor</source>
            <translation>عُرضت نتيجة بحث على مشرف</translation>
        </message>
        <message>
            <source>What all verified pieces say</source>
            <translation>ما تقوله كل القطع الموثَّقة</translation>
        </message>
        <message>
            <source>What answered is not the registration server. Check the address and the network.</source>
            <translation>ما أجاب ليس خادم التسجيل. تحقق من العنوان والشبكة.</translation>
        </message>
        <message>
            <source>What came of telling a person to come again</source>
            <translation>نتيجة إبلاغ شخص بالعودة</translation>
        </message>
        <message>
            <source>What does the person begin with?</source>
            <translation>بماذا يبدأ الشخص؟</translation>
        </message>
        <message>
            <source>What happened</source>
            <translation>ما حدث</translation>
        </message>
        <message>
            <source>What happened to a registration was shown</source>
            <translation>عُرض ما حدث لتسجيل</translation>
        </message>
        <message>
            <source>What happened to registration {number}</source>
            <translation>ما حدث للتسجيل {number}</translation>
        </message>
        <message>
            <source>What happened to this registration</source>
            <translation>ما حدث لهذا التسجيل</translation>
        </message>
        <message>
            <source>What is asked of a face to be taken for a living one</source>
            <translation>ما يُطلب من الوجه ليُعدّ حيًا</translation>
        </message>
        <message>
            <source>What is open is kept. {name} can go on with it.</source>
            <translation>ما هو مفتوح محفوظ. يمكن لـ {name} متابعته.</translation>
        </message>
        <message>
            <source>What is to be changed?</source>
            <translation>ما الذي يُراد تغييره؟</translation>
        </message>
        <message>
            <source>What is told of a registration was changed or is missing. It was not taken.</source>
            <translation>ما قيل عن تسجيل غُيّر أو ناقص. لم يؤخذ.</translation>
        </message>
        <message>
            <source>What it is about</source>
            <translation>الموضوع</translation>
        </message>
        <message>
            <source>What judges fingers and eyes was started anew. It looks at this capture again at the check.</source>
            <translation>أُعيد تشغيل ما يقيّم الأصابع والعيون. سيُعاد فحص هذا الالتقاط عند المراجعة.</translation>
        </message>
        <message>
            <source>What proved who this person is was destroyed here with the rest of the registration, after it was delivered or given up.</source>
            <translation>ما أثبت هوية هذا الشخص أُتلف هنا مع بقية التسجيل بعد تسليمه أو التخلي عنه.</translation>
        </message>
        <message>
            <source>What providers said</source>
            <translation>ما قاله المزوّدون</translation>
        </message>
        <message>
            <source>What providers said shown to a supervisor</source>
            <translation>عُرض ما قاله المزوّدون على مشرف</translation>
        </message>
        <message>
            <source>What the biometric file says of how a sample was captured has a wrong form.</source>
            <translation>ما يذكره ملف البيانات الحيوية عن كيفية التقاط إحدى العينات ليس بالصيغة الصحيحة.</translation>
        </message>
        <message>
            <source>What the browser brought back belongs to an attempt that is over. Go on where the step stands.</source>
            <translation>ما أعاده المتصفح يخص محاولة انتهت. تابع من حيث وصلت الخطوة.</translation>
        </message>
        <message>
            <source>What the browser brought back belongs to another step, or to another attempt.</source>
            <translation>ما أعاده المتصفح يخص خطوة أخرى أو محاولة أخرى.</translation>
        </message>
        <message>
            <source>What the browser brought back cannot be read. Begin this step again.</source>
            <translation>لا يمكن قراءة ما أعاده المتصفح. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>What the chip answered was changed on the way, or this is not the chip that it says it is. Take the document off the reader and start again.</source>
            <translation>غُيّرت إجابة الشريحة في الطريق، أو ليست هذه الشريحة ما تقول إنها هي. ارفع الوثيقة عن القارئ وابدأ من جديد.</translation>
        </message>
        <message>
            <source>What the chip said before it was opened is not what the issuer signed. Somebody may listen in.</source>
            <translation>ما قالته الشريحة قبل فتحها ليس ما وقّعته جهة الإصدار. ربما يتنصّت أحد.</translation>
        </message>
        <message>
            <source>What the identity provider gave to ask with does not belong to this sign-in. Tell your administrator.</source>
            <translation>الإذن الذي أعطاه مزوّد الهوية لا يخص تسجيل الدخول هذا. أبلغ المسؤول.</translation>
        </message>
        <message>
            <source>What the person saw has changed since. Show it again and let the person answer.</source>
            <translation>تغيّر ما رآه الشخص منذ ذلك الحين. اعرضه عليه من جديد ودعه يجيب.</translation>
        </message>
        <message>
            <source>What the server said was kept, as a new version</source>
            <translation>حُفظ ما قاله الخادم كإصدار جديد</translation>
        </message>
        <message>
            <source>What the server sent cannot be opened with this station's key. Have the one in its folder 'keys' registered there.</source>
            <translation>لا يمكن فتح ما أرسله الخادم بمفتاح هذه المحطة. اطلب تسجيل المفتاح الموجود في مجلدها «keys» هناك.</translation>
        </message>
        <message>
            <source>What the server sent for this station cannot be read: {part} is missing or has a wrong form.</source>
            <translation>لا يمكن قراءة ما أرسله الخادم لهذه المحطة: {part} مفقود أو صيغته خاطئة.</translation>
        </message>
        <message>
            <source>What the server sent, the newest first</source>
            <translation>ما أرسله الخادم، الأحدث أولًا</translation>
        </message>
        <message>
            <source>What the wallet sent belongs to another step, or to another attempt.</source>
            <translation>ما أرسلته المحفظة الرقمية يخص خطوة أخرى أو محاولة أخرى.</translation>
        </message>
        <message>
            <source>What the wallet sent cannot be read, or was not meant for this station.</source>
            <translation>لا يمكن قراءة ما أرسلته المحفظة الرقمية، أو أنه غير موجَّه إلى هذه المحطة.</translation>
        </message>
        <message>
            <source>What the wallet showed was made for another question than this one.</source>
            <translation>ما عرضته المحفظة الرقمية أُعدَّ لطلب غير هذا الطلب.</translation>
        </message>
        <message>
            <source>What the wallet showed was made for somebody else.</source>
            <translation>ما عرضته المحفظة الرقمية أُعدَّ لجهة أخرى.</translation>
        </message>
        <message>
            <source>What the wallet showed was not made just now. Check this computer's clock and the telephone's.</source>
            <translation>ما عرضته المحفظة الرقمية لم يُعدّ الآن. تحقق من ساعة هذا الحاسوب وساعة الهاتف.</translation>
        </message>
        <message>
            <source>What the {kind} sees is the wrong way round. Place it again.</source>
            <translation>ما يراه الجهاز ({kind}) مقلوب. ضعه من جديد.</translation>
        </message>
        <message>
            <source>What this station knows about sending messages cannot be used. Tell your administrator.</source>
            <translation>إعدادات إرسال الرسائل في هذه المحطة غير صالحة. أبلغ المسؤول.</translation>
        </message>
        <message>
            <source>What this version changed</source>
            <translation>ما غيّرته هذه النسخة</translation>
        </message>
        <message>
            <source>What to do on each page, for learning</source>
            <translation>ما يُفعل في كل صفحة، للتعلّم</translation>
        </message>
        <message>
            <source>What was captured of the person who brings the child is not enough. Go back and capture what is missing.</source>
            <translation>ما التُقط للشخص الذي يرافق الطفل لا يكفي. ارجع والتقط ما ينقص.</translation>
        </message>
        <message>
            <source>What was remembered of the code cannot be read. Have another one sent.</source>
            <translation>تعذّرت قراءة ما حُفظ عن الرمز. اطلب إرسال رمز آخر.</translation>
        </message>
        <message>
            <source>What was remembered of the question to the wallet cannot be read. Begin this step again.</source>
            <translation>لا يمكن قراءة ما حُفظ عن الطلب الموجَّه إلى المحفظة الرقمية. ابدأ هذه الخطوة من جديد.</translation>
        </message>
        <message>
            <source>What was said about the center's gallery cannot be read: {part} is missing or wrong.</source>
            <translation>تعذّرت قراءة ما قيل عن معرض وجوه المركز: {part} مفقود أو خاطئ.</translation>
        </message>
        <message>
            <source>What was shown does not belong together. Ask your supervisor.</source>
            <translation>ما قُدِّم لا يتوافق بعضه مع بعض. اسأل مشرفك.</translation>
        </message>
        <message>
            <source>What was typed</source>
            <translation>ما كُتب</translation>
        </message>
        <message>
            <source>What would be otherwise</source>
            <translation>ما كان سيختلف</translation>
        </message>
        <message>
            <source>What would have gone otherwise</source>
            <translation>ما كان سيسير على نحو آخر</translation>
        </message>
        <message>
            <source>What would raise it:</source>
            <translation>ما الذي يرفعه:</translation>
        </message>
        <message>
            <source>What you give us here is sent to those who can confirm it.</source>
            <translation>ما تعطوننا إياه هنا يُرسل إلى من يستطيع تأكيده.</translation>
        </message>
        <message>
            <source>When</source>
            <translation>متى</translation>
        </message>
        <message>
            <source>Where</source>
            <translation>أين</translation>
        </message>
        <message>
            <source>Where from</source>
            <translation>المصدر</translation>
        </message>
        <message>
            <source>Where the eyes look cannot be told in this picture.</source>
            <translation>لا يمكن معرفة اتجاه النظر في هذه الصورة.</translation>
        </message>
        <message>
            <source>Whether the issuer has revoked what signed this chip cannot be told: there is no current list.</source>
            <translation>لا يمكن معرفة ما إذا ألغت جهة الإصدار ما وقّع هذه الشريحة: لا توجد قائمة حديثة.</translation>
        </message>
        <message>
            <source>Which figure</source>
            <translation>أي أرقام</translation>
        </message>
        <message>
            <source>Which settings</source>
            <translation>أي الإعدادات</translation>
        </message>
        <message>
            <source>Which way does the person choose?</source>
            <translation>أي طريقة يختار الشخص؟</translation>
        </message>
        <message>
            <source>Which years?</source>
            <translation>أي السنوات؟</translation>
        </message>
        <message>
            <source>Who</source>
            <translation>من</translation>
        </message>
        <message>
            <source>Who is this?</source>
            <translation>من هذا؟</translation>
        </message>
        <message>
            <source>Whoever introduced the person looks like the officer at the desk.</source>
            <translation>من قدّم الشخص يشبه الموظف في المكتب.</translation>
        </message>
        <message>
            <source>Whoever is new adds finger and face after signing in, under “My sign-in”.</source>
            <translation>يضيف الشخص الجديد إصبعه ووجهه بعد الدخول، من «دخولي».</translation>
        </message>
        <message>
            <source>Why</source>
            <translation>السبب</translation>
        </message>
        <message>
            <source>Why is it rejected?</source>
            <translation>لماذا يُرفض؟</translation>
        </message>
        <message>
            <source>Why is it sent back?</source>
            <translation>لماذا يُعاد؟</translation>
        </message>
        <message>
            <source>Why is the best there is kept?</source>
            <translation>لماذا يُحتفظ بأفضل ما يوجد؟</translation>
        </message>
        <message>
            <source>Why it stays</source>
            <translation>سبب الإبقاء</translation>
        </message>
        <message>
            <source>Why this proof is ended; nothing about the person</source>
            <translation>سبب إنهاء هذا الإثبات؛ لا شيء عن الشخص</translation>
        </message>
        <message>
            <source>Why, in a few words</source>
            <translation>السبب بكلمات قليلة</translation>
        </message>
        <message>
            <source>Why? Nothing about the person.</source>
            <translation>لماذا؟ لا شيء عن الشخص.</translation>
        </message>
        <message>
            <source>With a finger you unlock the screen and sign with one touch. Face and fingers are kept sealed at this station; the face is also compared with everybody who is registered here.</source>
            <translation>بالإصبع تفتح قفل الشاشة وتوقّع بلمسة واحدة. يُحفظ الوجه والأصابع مختومة في هذه المحطة، ويُقارن الوجه أيضًا بوجوه كل من يُسجَّل هنا.</translation>
        </message>
        <message>
            <source>With faces alike</source>
            <translation>بوجوه متشابهة</translation>
        </message>
        <message>
            <source>Without hints</source>
            <translation>بلا إرشادات</translation>
        </message>
        <message>
            <source>Words, a registration's number, or a person's name</source>
            <translation>كلمات أو رقم تسجيل أو اسم شخص</translation>
        </message>
        <message>
            <source>Worn or damaged ridges</source>
            <translation>خطوط البصمة متآكلة أو متضررة</translation>
        </message>
        <message>
            <source>Worth</source>
            <translation>القيمة</translation>
        </message>
        <message>
            <source>Write a machine as CENTER_MACHINE=FILE, with a public key file that can be read.</source>
            <translation>اكتب الجهاز على الصورة ⁦CENTER_MACHINE=FILE⁩ مع ملف مفتاح عام يمكن قراءته.</translation>
        </message>
        <message>
            <source>Write a name, an equals sign and a value: {pair}.</source>
            <translation>اكتب اسمًا وعلامة يساوي وقيمة: {pair}.</translation>
        </message>
        <message>
            <source>Write a report</source>
            <translation>كتابة تقرير</translation>
        </message>
        <message>
            <source>Write a user as NAME=FILE, with a file that holds the password on its first line.</source>
            <translation>اكتب المستخدم بالصيغة NAME=FILE، مع ملف تكون كلمة المرور في سطره الأول.</translation>
        </message>
        <message>
            <source>Write differently</source>
            <translation>الكتابة بشكل آخر</translation>
        </message>
        <message>
            <source>Write figures</source>
            <translation>كتابة الأرقام</translation>
        </message>
        <message>
            <source>Write the date as year/month/day, for example 1990/05/31.</source>
            <translation>اكتب التاريخ بترتيب السنة ثم الشهر ثم اليوم، مثل ⁦1990/05/31⁩.</translation>
        </message>
        <message>
            <source>Write the hub's database as sqlite:///FILE or postgresql://USER:PASSWORD@HOST/NAME.</source>
            <translation>اكتب قاعدة بيانات مركز الاستقبال على الصورة sqlite:///FILE أو postgresql://USER:PASSWORD@HOST/NAME.</translation>
        </message>
        <message>
            <source>Write the numbers</source>
            <translation>كتابة الجدول</translation>
        </message>
        <message>
            <source>Write the place for packets as file:///FOLDER or s3://BUCKET?endpoint=https://HOST.</source>
            <translation>اكتب مكان الحزم على الصورة file:///FOLDER أو s3://BUCKET?endpoint=https://HOST.</translation>
        </message>
        <message>
            <source>Wrong attempts in a row before anybody has to wait</source>
            <translation>المحاولات الخاطئة المتتالية قبل أن يلزم الانتظار</translation>
        </message>
        <message>
            <source>Wrong attempts to show who somebody is</source>
            <translation>محاولات خاطئة لإثبات الهوية</translation>
        </message>
        <message>
            <source>Wrong passwords and the lock</source>
            <translation>كلمات المرور الخاطئة والقفل</translation>
        </message>
        <message>
            <source>Yes</source>
            <translation>نعم</translation>
        </message>
        <message>
            <source>Yes, so it is</source>
            <translation>نعم، هو كذلك</translation>
        </message>
        <message>
            <source>You are signed out. Sign in again.</source>
            <translation>تم تسجيل خروجك. سجّل الدخول مجددًا.</translation>
        </message>
        <message>
            <source>You cannot block or remove yourself. Ask another administrator.</source>
            <translation>لا يمكنك حظر نفسك أو إزالتها. اطلب ذلك من مدير آخر.</translation>
        </message>
        <message>
            <source>You chose that this is to be changed, and nothing of it is filled in. Fill in what has changed, or take the choice back.</source>
            <translation>اخترت تغيير هذا ولم يُملأ منه شيء. املأ ما تغيّر، أو ألغِ الاختيار.</translation>
        </message>
        <message>
            <source>You did not say that this is the person. Compare again, or take another way. Where it is somebody else, put the registration away and call a supervisor.</source>
            <translation>لم تؤكدوا أن هذا هو الشخص. قارنوا مرة أخرى أو اختاروا طريقة أخرى. وإن كان شخصًا آخر فاحفظوا التسجيل لوقت لاحق واستدعوا مشرفًا.</translation>
        </message>
        <message>
            <source>You have not enrolled a finger at this station. Use your password.</source>
            <translation>لم تسجّل أي إصبع على هذه المحطة. استعمل كلمة المرور.</translation>
        </message>
        <message>
            <source>You have not set up all that this station asks for at sign-in. Open “My sign-in” and do it first.</source>
            <translation>لم تُعِدّ بعد كل ما تطلبه هذه المحطة عند الدخول. افتح «دخولي» وأكمله أولًا.</translation>
        </message>
        <message>
            <source>You may not work at this station at present. Ask an administrator of the station.</source>
            <translation>لا يُسمح لك بالعمل على هذه المحطة حاليًا. راجع أحد مديري المحطة.</translation>
        </message>
        <message>
            <source>You registered this person yourself, so somebody else has to decide.</source>
            <translation>لقد سجّلت هذا الشخص بنفسك، لذلك يجب أن يقرر شخص آخر.</translation>
        </message>
        <message>
            <source>You registered this person, so somebody else has to confirm it.</source>
            <translation>أنت من سجّل هذا الشخص، فيجب أن يؤكده شخص آخر.</translation>
        </message>
        <message>
            <source>You stopped this step. Nothing was changed.</source>
            <translation>أوقفت هذه الخطوة. لم يتغير أي شيء.</translation>
        </message>
        <message>
            <source>Your administrator gives you these numbers.</source>
            <translation>يزوّدك مسؤول النظام بهذه الأرقام.</translation>
        </message>
        <message>
            <source>Your face or fingers are looked at to see that it is you.</source>
            <translation>يُنظر إلى وجهكم أو أصابعكم للتأكد من أنكم أنتم.</translation>
        </message>
        <message>
            <source>Your figures stand beside the team's: nothing needs your attention.</source>
            <translation>أرقامك مثل أرقام الفريق: لا شيء يحتاج إلى انتباهك.</translation>
        </message>
        <message>
            <source>Your password</source>
            <translation>كلمة مرورك</translation>
        </message>
        <message>
            <source>Your password is your signature, and so is one touch.</source>
            <translation>كلمة مرورك هي توقيعك، وكذلك لمسة إصبع واحدة.</translation>
        </message>
        <message>
            <source>Your password is your signature.</source>
            <translation>كلمة مرورك هي توقيعك.</translation>
        </message>
        <message>
            <source>Your password is your signature. On a training station it is filled in.</source>
            <translation>كلمة مرورك هي توقيعك. وفي محطة التدريب تكون مكتوبة مسبقاً.</translation>
        </message>
        <message>
            <source>Your password: it is needed for every change on this page.</source>
            <translation>كلمة مرورك: مطلوبة لكل تغيير في هذه الصفحة.</translation>
        </message>
        <message>
            <source>a capture that did not do, or was kept all the same</source>
            <translation>التقاط غير كافٍ، أو أُبقي عليه رغم ذلك</translation>
        </message>
        <message>
            <source>a supervisor is asked</source>
            <translation>يُسأل مشرف</translation>
        </message>
        <message>
            <source>accepted by the server</source>
            <translation>قبلها الخادم</translation>
        </message>
        <message>
            <source>add a passport or identity card</source>
            <translation>إضافة جواز سفر أو بطاقة هوية</translation>
        </message>
        <message>
            <source>adult</source>
            <translation>بالغ</translation>
        </message>
        <message>
            <source>age in months: {months}</source>
            <translation>العمر بالأشهر: {months}</translation>
        </message>
        <message>
            <source>age {years}</source>
            <translation>العمر {years}</translation>
        </message>
        <message>
            <source>all that are installed</source>
            <translation>كل ما هو مثبّت</translation>
        </message>
        <message>
            <source>announced, waits to be sent</source>
            <translation>أُعلن عنها، بانتظار الإرسال</translation>
        </message>
        <message>
            <source>approved</source>
            <translation>تمت الموافقة</translation>
        </message>
        <message>
            <source>as of all fingers</source>
            <translation>كسائر الأصابع</translation>
        </message>
        <message>
            <source>ask a register for the person's record</source>
            <translation>طلب قيد الشخص من سجل</translation>
        </message>
        <message>
            <source>asked of another system</source>
            <translation>يُسأل عنه نظام آخر</translation>
        </message>
        <message>
            <source>asked on {time}</source>
            <translation>سُئل في {time}</translation>
        </message>
        <message>
            <source>at any time</source>
            <translation>في أي وقت</translation>
        </message>
        <message>
            <source>at {address}</source>
            <translation>عند {address}</translation>
        </message>
        <message>
            <source>barcode</source>
            <translation>الرمز الشريطي</translation>
        </message>
        <message>
            <source>begun</source>
            <translation>بدأ</translation>
        </message>
        <message>
            <source>being processed</source>
            <translation>قيد المعالجة</translation>
        </message>
        <message>
            <source>being watched for a moment</source>
            <translation>أن يُراقب لحظة</translation>
        </message>
        <message>
            <source>blocked</source>
            <translation>محظور</translation>
        </message>
        <message>
            <source>camera</source>
            <translation>كاميرا</translation>
        </message>
        <message>
            <source>can be begun</source>
            <translation>يمكن البدء</translation>
        </message>
        <message>
            <source>cancelled</source>
            <translation>أُلغي</translation>
        </message>
        <message>
            <source>cannot be captured</source>
            <translation>يتعذر الالتقاط</translation>
        </message>
        <message>
            <source>captured</source>
            <translation>تم التقاطه</translation>
        </message>
        <message>
            <source>certificate until {date}</source>
            <translation>الشهادة حتى {date}</translation>
        </message>
        <message>
            <source>changed after something had been captured</source>
            <translation>تغيّر بعد التقاط شيء ما</translation>
        </message>
        <message>
            <source>chip</source>
            <translation>الشريحة</translation>
        </message>
        <message>
            <source>chip reader</source>
            <translation>قارئ شرائح</translation>
        </message>
        <message>
            <source>chosen</source>
            <translation>مختار</translation>
        </message>
        <message>
            <source>compare the face</source>
            <translation>مقارنة الوجه</translation>
        </message>
        <message>
            <source>counts</source>
            <translation>سارية</translation>
        </message>
        <message>
            <source>day/month/year</source>
            <translation>يوم/شهر/سنة</translation>
        </message>
        <message>
            <source>dead: the person has to share anew</source>
            <translation>منتهٍ: على الشخص أن يشارك من جديد</translation>
        </message>
        <message>
            <source>destroyed, as the server has it</source>
            <translation>أُتلف لأن الخادم يملكه</translation>
        </message>
        <message>
            <source>did not succeed</source>
            <translation>لم ينجح</translation>
        </message>
        <message>
            <source>discarded</source>
            <translation>أُلغيت</translation>
        </message>
        <message>
            <source>document</source>
            <translation>وثيقة</translation>
        </message>
        <message>
            <source>document scanner</source>
            <translation>ماسح الوثائق</translation>
        </message>
        <message>
            <source>done</source>
            <translation>تم</translation>
        </message>
        <message>
            <source>drawn as a sample</source>
            <translation>اختير عينة</translation>
        </message>
        <message>
            <source>everything</source>
            <translation>الكل</translation>
        </message>
        <message>
            <source>eyes</source>
            <translation>العينان</translation>
        </message>
        <message>
            <source>face</source>
            <translation>الوجه</translation>
        </message>
        <message>
            <source>face or finger</source>
            <translation>وجه أو إصبع</translation>
        </message>
        <message>
            <source>fair evidence</source>
            <translation>دليل مقبول</translation>
        </message>
        <message>
            <source>filled in at home</source>
            <translation>مُلئ في البيت</translation>
        </message>
        <message>
            <source>fingerprint reader</source>
            <translation>قارئ البصمات</translation>
        </message>
        <message>
            <source>fingers</source>
            <translation>الأصابع</translation>
        </message>
        <message>
            <source>firmware {firmware}</source>
            <translation>البرنامج الثابت {firmware}</translation>
        </message>
        <message>
            <source>for signing in and checks only</source>
            <translation>لتسجيل الدخول والتحقق فقط</translation>
        </message>
        <message>
            <source>fresh</source>
            <translation>حديث</translation>
        </message>
        <message>
            <source>from now on</source>
            <translation>من الآن</translation>
        </message>
        <message>
            <source>from tomorrow on</source>
            <translation>من الغد</translation>
        </message>
        <message>
            <source>given</source>
            <translation>مقدَّم</translation>
        </message>
        <message>
            <source>good</source>
            <translation>جيد</translation>
        </message>
        <message>
            <source>has no password yet: choose, and give one</source>
            <translation>لا كلمة مرور بعد: اختره وامنحه واحدة</translation>
        </message>
        <message>
            <source>held</source>
            <translation>معلّق</translation>
        </message>
        <message>
            <source>how full the disk was is not kept</source>
            <translation>لا يُحفظ مقدار امتلاء القرص</translation>
        </message>
        <message>
            <source>identity {level}</source>
            <translation>الهوية {level}</translation>
        </message>
        <message>
            <source>in a week</source>
            <translation>بعد أسبوع</translation>
        </message>
        <message>
            <source>in the future</source>
            <translation>في المستقبل</translation>
        </message>
        <message>
            <source>in the last {days} days</source>
            <translation>في آخر {days} أيام</translation>
        </message>
        <message>
            <source>infant</source>
            <translation>طفل صغير</translation>
        </message>
        <message>
            <source>iris camera</source>
            <translation>كاميرا القزحية</translation>
        </message>
        <message>
            <source>is being judged …</source>
            <translation>جارٍ التقييم …</translation>
        </message>
        <message>
            <source>is looked at elsewhere</source>
            <translation>يُفحص في مكان آخر</translation>
        </message>
        <message>
            <source>is there</source>
            <translation>متاحة</translation>
        </message>
        <message>
            <source>it decides about no registration of before</source>
            <translation>لا يقرر شيئًا في تسجيل سابق</translation>
        </message>
        <message>
            <source>its time is over</source>
            <translation>انتهى وقته</translation>
        </message>
        <message>
            <source>kept below the threshold</source>
            <translation>حُفظ دون الحد المطلوب</translation>
        </message>
        <message>
            <source>kept with a reason</source>
            <translation>محفوظ مع ذكر السبب</translation>
        </message>
        <message>
            <source>later</source>
            <translation>لاحقًا</translation>
        </message>
        <message>
            <source>let somebody vouch for the person</source>
            <translation>جعل شخص يكفل هويته</translation>
        </message>
        <message>
            <source>let the person sign in at a provider</source>
            <translation>جعل الشخص يسجّل الدخول لدى مزوّد</translation>
        </message>
        <message>
            <source>let the person sign in at a provider with two factors</source>
            <translation>جعل الشخص يسجّل الدخول لدى مزوّد بعاملين</translation>
        </message>
        <message>
            <source>let the person sign in at a trusted provider</source>
            <translation>جعل الشخص يسجّل الدخول لدى مزوّد موثوق</translation>
        </message>
        <message>
            <source>lives, and is renewed no more: the person has to share anew</source>
            <translation>صالح ولا يُجدَّد بعد: على الشخص أن يشارك من جديد</translation>
        </message>
        <message>
            <source>looked up here</source>
            <translation>يُبحث عنه هنا</translation>
        </message>
        <message>
            <source>may be approved unseen</source>
            <translation>تجوز الموافقة عليه دون النظر</translation>
        </message>
        <message>
            <source>minor</source>
            <translation>قاصر</translation>
        </message>
        <message>
            <source>month/day/year</source>
            <translation>شهر/يوم/سنة</translation>
        </message>
        <message>
            <source>must be looked at</source>
            <translation>يجب النظر فيه</translation>
        </message>
        <message>
            <source>need not succeed</source>
            <translation>لا يلزم أن ينجح</translation>
        </message>
        <message>
            <source>never asked</source>
            <translation>لم تُسأل قط</translation>
        </message>
        <message>
            <source>next renewal on {day}</source>
            <translation>التجديد القادم في {day}</translation>
        </message>
        <message>
            <source>no</source>
            <translation>لا</translation>
        </message>
        <message>
            <source>no name yet</source>
            <translation>بلا اسم حتى الآن</translation>
        </message>
        <message>
            <source>nobody asks</source>
            <translation>لا أحد يسأل</translation>
        </message>
        <message>
            <source>nobody is asked</source>
            <translation>لا يُسأل أحد</translation>
        </message>
        <message>
            <source>nobody knows what people would have done then</source>
            <translation>لا أحد يعرف ما كان الناس سيفعلونه حينها</translation>
        </message>
        <message>
            <source>nobody knows what the center would have answered</source>
            <translation>لا أحد يعرف بمَ كان المركز سيجيب</translation>
        </message>
        <message>
            <source>nobody knows which other device would have been there</source>
            <translation>لا أحد يعرف أي جهاز آخر كان سيكون موجودًا</translation>
        </message>
        <message>
            <source>none</source>
            <translation>بدون</translation>
        </message>
        <message>
            <source>not asked for</source>
            <translation>غير مطلوب</translation>
        </message>
        <message>
            <source>not asked lately</source>
            <translation>لم تُسأل مؤخرًا</translation>
        </message>
        <message>
            <source>not connected</source>
            <translation>لا يوجد جهاز متصل</translation>
        </message>
        <message>
            <source>not decided</source>
            <translation>لم يُحسم</translation>
        </message>
        <message>
            <source>not needed</source>
            <translation>غير لازم</translation>
        </message>
        <message>
            <source>not proven</source>
            <translation>غير مُثبت</translation>
        </message>
        <message>
            <source>not sure: compare it</source>
            <translation>غير مؤكد: قارِنه</translation>
        </message>
        <message>
            <source>not there: people are spared it</source>
            <translation>غير متاحة: يُعفى الناس منها</translation>
        </message>
        <message>
            <source>nothing</source>
            <translation>لا شيء</translation>
        </message>
        <message>
            <source>nothing unusual</source>
            <translation>لا شيء غير معتاد</translation>
        </message>
        <message>
            <source>nothing yet</source>
            <translation>لا شيء بعد</translation>
        </message>
        <message>
            <source>now</source>
            <translation>الآن</translation>
        </message>
        <message>
            <source>number {serial}</source>
            <translation>الرقم {serial}</translation>
        </message>
        <message>
            <source>on its way on a drive</source>
            <translation>في طريقها على قرص</translation>
        </message>
        <message>
            <source>one of the two is enough</source>
            <translation>يكفي أحدهما</translation>
        </message>
        <message>
            <source>one-time code</source>
            <translation>رمز لمرة واحدة</translation>
        </message>
        <message>
            <source>overdue: the service is asked whether it still lives</source>
            <translation>متأخر: تُسأل الخدمة إن كان ما زال صالحًا</translation>
        </message>
        <message>
            <source>passport zone</source>
            <translation>منطقة جواز السفر</translation>
        </message>
        <message>
            <source>perhaps alike</source>
            <translation>ربما متشابه</translation>
        </message>
        <message>
            <source>printed text</source>
            <translation>نص مطبوع</translation>
        </message>
        <message>
            <source>processed</source>
            <translation>تمت معالجتها</translation>
        </message>
        <message>
            <source>processed, the number was given</source>
            <translation>تمت معالجتها ومُنح الرقم</translation>
        </message>
        <message>
            <source>proof of identity</source>
            <translation>إثبات الهوية</translation>
        </message>
        <message>
            <source>proven</source>
            <translation>مُثبت</translation>
        </message>
        <message>
            <source>quality %p</source>
            <translation>الجودة %p</translation>
        </message>
        <message>
            <source>rather sure</source>
            <translation>شبه مؤكد</translation>
        </message>
        <message>
            <source>read the chip of a passport or identity card</source>
            <translation>قراءة شريحة جواز سفر أو بطاقة هوية</translation>
        </message>
        <message>
            <source>ready to be sealed</source>
            <translation>جاهز للختم</translation>
        </message>
        <message>
            <source>records shared through MiTrust</source>
            <translation>سجلات مشتركة عبر MiTrust</translation>
        </message>
        <message>
            <source>refused</source>
            <translation>مرفوض</translation>
        </message>
        <message>
            <source>refused by the server</source>
            <translation>رفضها الخادم</translation>
        </message>
        <message>
            <source>rejected</source>
            <translation>مرفوضة</translation>
        </message>
        <message>
            <source>rejected by the server</source>
            <translation>لم يقبلها الخادم بعد الفحص</translation>
        </message>
        <message>
            <source>risk {before} → {after}</source>
            <translation>الخطر {before} ← {after}</translation>
        </message>
        <message>
            <source>risk {weight}</source>
            <translation>خطر {weight}</translation>
        </message>
        <message>
            <source>send the person a one-time code</source>
            <translation>إرسال رمز لمرة واحدة إلى الشخص</translation>
        </message>
        <message>
            <source>sent back</source>
            <translation>أُعيد</translation>
        </message>
        <message>
            <source>sign-in at a provider</source>
            <translation>تسجيل الدخول لدى مزوّد</translation>
        </message>
        <message>
            <source>sign-in at a trusted provider</source>
            <translation>تسجيل دخول لدى مزود موثوق</translation>
        </message>
        <message>
            <source>sign-in {level}</source>
            <translation>تسجيل الدخول {level}</translation>
        </message>
        <message>
            <source>signed with the certificate {digest}</source>
            <translation>موقّع بالشهادة {digest}</translation>
        </message>
        <message>
            <source>signs in with: {names}</source>
            <translation>يدخل بواسطة: {names}</translation>
        </message>
        <message>
            <source>somebody decided</source>
            <translation>قرّر أحدهم</translation>
        </message>
        <message>
            <source>somebody saw what is not for everybody</source>
            <translation>اطّلع أحدهم على ما ليس متاحًا للجميع</translation>
        </message>
        <message>
            <source>somewhat sure (low)</source>
            <translation>مؤكد إلى حد ما (منخفض)</translation>
        </message>
        <message>
            <source>sources that could answer: {count}</source>
            <translation>مصادر يمكنها الإجابة: {count}</translation>
        </message>
        <message>
            <source>still owed</source>
            <translation>لا يزال مطلوبًا</translation>
        </message>
        <message>
            <source>stopped</source>
            <translation>أُوقف</translation>
        </message>
        <message>
            <source>strong evidence</source>
            <translation>دليل قوي</translation>
        </message>
        <message>
            <source>suggested</source>
            <translation>مقترح</translation>
        </message>
        <message>
            <source>superior evidence</source>
            <translation>دليل فائق</translation>
        </message>
        <message>
            <source>sure</source>
            <translation>مؤكد</translation>
        </message>
        <message>
            <source>sure (substantial)</source>
            <translation>مؤكد (جوهري)</translation>
        </message>
        <message>
            <source>take the identity from the person's wallet</source>
            <translation>أخذ الهوية من محفظة الشخص</translation>
        </message>
        <message>
            <source>the device itself</source>
            <translation>الجهاز نفسه</translation>
        </message>
        <message>
            <source>the person did not agree</source>
            <translation>لم يوافق الشخص</translation>
        </message>
        <message>
            <source>the person was told to come again</source>
            <translation>أُبلغ الشخص بأن يعود</translation>
        </message>
        <message>
            <source>the person's signature</source>
            <translation>توقيع الشخص</translation>
        </message>
        <message>
            <source>the screen would not have locked: opened again after {time}</source>
            <translation>لم تكن الشاشة لتُقفل: فُتحت بعد {time}</translation>
        </message>
        <message>
            <source>the server asks for more</source>
            <translation>يطلب الخادم معلومات إضافية</translation>
        </message>
        <message>
            <source>the server wants it again</source>
            <translation>يطلبها الخادم من جديد</translation>
        </message>
        <message>
            <source>the share of exceptions is kept over the days of then alone</source>
            <translation>لا تُحفظ نسبة الاستثناءات إلا عن أيام ذلك الحين</translation>
        </message>
        <message>
            <source>this person must come again</source>
            <translation>على هذا الشخص الحضور من جديد</translation>
        </message>
        <message>
            <source>this station</source>
            <translation>هذه المحطة</translation>
        </message>
        <message>
            <source>to be captured</source>
            <translation>لم يُلتقط بعد</translation>
        </message>
        <message>
            <source>to be renewed</source>
            <translation>يجب تجديده</translation>
        </message>
        <message>
            <source>today</source>
            <translation>اليوم</translation>
        </message>
        <message>
            <source>too many wrong attempts; can try again in {minutes} min</source>
            <translation>محاولات خاطئة كثيرة؛ يمكنه المحاولة بعد {minutes} دقيقة</translation>
        </message>
        <message>
            <source>turning the head and shutting the eyes</source>
            <translation>إدارة الرأس وإغماض العينين</translation>
        </message>
        <message>
            <source>typed</source>
            <translation>مكتوب</translation>
        </message>
        <message>
            <source>under way</source>
            <translation>جارٍ</translation>
        </message>
        <message>
            <source>unknown kind of file</source>
            <translation>نوع ملف غير معروف</translation>
        </message>
        <message>
            <source>unknown name</source>
            <translation>اسم مجهول</translation>
        </message>
        <message>
            <source>valid until {day}</source>
            <translation>صالحة حتى {day}</translation>
        </message>
        <message>
            <source>verified</source>
            <translation>موثَّق</translation>
        </message>
        <message>
            <source>very alike</source>
            <translation>متشابه جدًا</translation>
        </message>
        <message>
            <source>very sure (high)</source>
            <translation>مؤكد جدًا (عالٍ)</translation>
        </message>
        <message>
            <source>vouched for</source>
            <translation>بشهادة</translation>
        </message>
        <message>
            <source>waiting</source>
            <translation>بالانتظار</translation>
        </message>
        <message>
            <source>waits for an answer</source>
            <translation>ينتظر إجابة</translation>
        </message>
        <message>
            <source>waits for review</source>
            <translation>بانتظار المراجعة</translation>
        </message>
        <message>
            <source>waits for somebody outside</source>
            <translation>ينتظر طرفًا خارجيًا</translation>
        </message>
        <message>
            <source>waits to be sent</source>
            <translation>بانتظار الإرسال</translation>
        </message>
        <message>
            <source>wallet on the telephone</source>
            <translation>محفظة على الهاتف</translation>
        </message>
        <message>
            <source>was valid until {day}</source>
            <translation>كانت صالحة حتى {day}</translation>
        </message>
        <message>
            <source>weak</source>
            <translation>ضعيف</translation>
        </message>
        <message>
            <source>when it was told that the screen is about to lock is not kept</source>
            <translation>لا يُحفظ متى أُعلن قرب قفل الشاشة</translation>
        </message>
        <message>
            <source>without an end</source>
            <translation>بلا نهاية</translation>
        </message>
        <message>
            <source>would be asked for: {what}</source>
            <translation>كان سيُطلب: {what}</translation>
        </message>
        <message>
            <source>would not be asked for: {what}</source>
            <translation>لم يكن ليُطلب: {what}</translation>
        </message>
        <message>
            <source>wrong {count} times in a row · longest wait: {before} → {after}</source>
            <translation>{count} أخطاء متتالية · أطول انتظار: {before} ← {after}</translation>
        </message>
        <message>
            <source>yes</source>
            <translation>نعم</translation>
        </message>
        <message>
            <source>{allowed} attempts are allowed.</source>
            <translation>عدد المحاولات المسموح بها: {allowed}.</translation>
        </message>
        <message>
            <source>{attribute}: {mine} % good at the first try, the team's {team} %.</source>
            <translation>{attribute}: {mine} % جيدة من أول محاولة، وللفريق {team} %.</translation>
        </message>
        <message>
            <source>{count} decisions are signed and count.</source>
            <translation>وُقّعت {count} من القرارات وأصبحت نافذة.</translation>
        </message>
        <message>
            <source>{count} faces</source>
            <translation>{count} من الوجوه</translation>
        </message>
        <message>
            <source>{count} older ones</source>
            <translation>{count} أقدم</translation>
        </message>
        <message>
            <source>{count} older records are still being counted.</source>
            <translation>{count} من القيود الأقدم لا تزال تُحصى.</translation>
        </message>
        <message>
            <source>{count} older records are still being made ready to be searched.</source>
            <translation>{count} من القيود الأقدم لا تزال تُهيأ للبحث.</translation>
        </message>
        <message>
            <source>{count} packets wait; sending them takes about {minutes} minutes.</source>
            <translation>عدد الحزم المنتظرة: {count}؛ يستغرق إرسالها نحو {minutes} دقيقة.</translation>
        </message>
        <message>
            <source>{count} packets were accepted by the server.</source>
            <translation>عدد الحزم التي قبلها الخادم: {count}.</translation>
        </message>
        <message>
            <source>{count} registrations fit. Type more of the number or the name.</source>
            <translation>{count} من التسجيلات تطابق. اكتب المزيد من الرقم أو الاسم.</translation>
        </message>
        <message>
            <source>{count} were sent meanwhile and wait for you again.</source>
            <translation>أُرسل {count} في هذه الأثناء وهي تنتظرك من جديد.</translation>
        </message>
        <message>
            <source>{days} days</source>
            <translation>{days} يوم</translation>
        </message>
        <message>
            <source>{decision}, to be signed off</source>
            <translation>{decision}، بانتظار التوقيع</translation>
        </message>
        <message>
            <source>{decision}{reason} by {name}, {time}</source>
            <translation>{decision}{reason} بواسطة {name}، {time}</translation>
        </message>
        <message>
            <source>{device} gives poorer quality for everybody at present: that is not your doing. Tell your supervisor.</source>
            <translation>يعطي {device} حاليًا جودة أضعف للجميع: ليس ذلك من صنعك. أخبر مشرفك.</translation>
        </message>
        <message>
            <source>{device}, {what}: quality is {points} points lower for every officer since {day}. Clean it, or have it looked at.</source>
            <translation>{device}، {what}: الجودة أدنى بمقدار {points} نقاط لكل الموظفين منذ {day}. نظّفه أو اطلب فحصه.</translation>
        </message>
        <message>
            <source>{device}, {what}: quality is {points} points lower than with the other devices, whoever works with it. Clean it, or have it looked at.</source>
            <translation>{device}، {what}: الجودة أدنى بمقدار {points} نقاط مما هي مع الأجهزة الأخرى، أيًا كان من يعمل به. نظّفه أو اطلب فحصه.</translation>
        </message>
        <message>
            <source>{differing} of {cases} registrations of the last {days} days would have gone otherwise. Supervisors would have been asked about {after} instead of {before}.</source>
            <translation>كان {differing} من {cases} تسجيلًا في آخر {days} يومًا سيسير على نحو آخر. كان المشرفون سيُسألون عن {after} بدلًا من {before}.</translation>
        </message>
        <message>
            <source>{document} from {provider}</source>
            <translation>{document} من {provider}</translation>
        </message>
        <message>
            <source>{document}: {before} kB before, {after} kB now. Look whether it can still be read; if not, scan it again.</source>
            <translation>{document}: {before} كيلوبايت قبل، و{after} كيلوبايت الآن. تأكد أنه ما زال مقروءًا، وإلا فامسحه مرة أخرى.</translation>
        </message>
        <message>
            <source>{fields} details filled in, {documents} documents attached. What you had typed was left as it is.</source>
            <translation>حقول مُلئت: {fields}، مستندات أُرفقت: {documents}. بقي ما كتبته كما هو.</translation>
        </message>
        <message>
            <source>{field} (may be left out)</source>
            <translation>{field} (يمكن تركه)</translation>
        </message>
        <message>
            <source>{field} and {other} are the same number: nobody can bring along themselves.</source>
            <translation>{field} و{other} رقم واحد: لا يمكن لأحد أن يرافق نفسه.</translation>
        </message>
        <message>
            <source>{file} does not say how the clip was taken.</source>
            <translation>لا يذكر {file} كيف التُقط المقطع.</translation>
        </message>
        <message>
            <source>{file} in the pack of networks is missing or was changed after it was signed.</source>
            <translation>{file} مفقود من حزمة الشبكات أو عُدّل بعد توقيعها.</translation>
        </message>
        <message>
            <source>{file} is not plain text in UTF-8. Save it as UTF-8.</source>
            <translation>الملف {file} ليس نصًا بترميز UTF-8. احفظه بترميز UTF-8.</translation>
        </message>
        <message>
            <source>{folder} is a file, and a folder is needed here.</source>
            <translation>⁦{folder}⁩ ملف، والمطلوب هنا مجلد.</translation>
        </message>
        <message>
            <source>{form}, {size} kB</source>
            <translation>{form}، {size} ك.ب</translation>
        </message>
        <message>
            <source>{host} answers but sends no pictures. Ask your administrator to check the camera's address, password and certificate.</source>
            <translation>العنوان {host} يستجيب لكنه لا يرسل صورًا. اطلب من المسؤول التحقق من عنوان الكاميرا وكلمة مرورها وشهادتها.</translation>
        </message>
        <message>
            <source>{hours} h</source>
            <translation>{hours} س</translation>
        </message>
        <message>
            <source>{limit}: {most}. Nobody new could have been registered; {begun} were.</source>
            <translation>{limit}: {most}. لم يكن ليُسجَّل أحد جديد؛ وقد سُجِّل {begun}.</translation>
        </message>
        <message>
            <source>{limit}: {most}. Work would have gone on.</source>
            <translation>{limit}: {most}. كان العمل سيستمر.</translation>
        </message>
        <message>
            <source>{minimum} of these {count}</source>
            <translation>{minimum} من هذه {count}</translation>
        </message>
        <message>
            <source>{minutes} min</source>
            <translation>{minutes} د</translation>
        </message>
        <message>
            <source>{name} cannot be {value}. It may be {allowed}.</source>
            <translation>لا يمكن أن تكون قيمة {name} هي {value}. المسموح: {allowed}.</translation>
        </message>
        <message>
            <source>{name} is no name for a driver: take small letters, digits and underscores, with a letter first.</source>
            <translation>لا يصلح {name} اسمًا لبرنامج تشغيل: استخدم أحرفًا لاتينية صغيرة وأرقامًا وشرطات سفلية، وابدأ بحرف.</translation>
        </message>
        <message>
            <source>{name} took the proof on {time}. What it rests on is no longer here.</source>
            <translation>أخذ {name} الإثبات في {time}. ما يستند إليه لم يعد هنا.</translation>
        </message>
        <message>
            <source>{name} would be good enough</source>
            <translation>{name}: ستكون كافية</translation>
        </message>
        <message>
            <source>{name} would be too poor</source>
            <translation>{name}: ستكون ضعيفة</translation>
        </message>
        <message>
            <source>{name} · next: {step} · {time}</source>
            <translation>⁨{name}⁩ · التالي: {step} · ⁦{time}⁩</translation>
        </message>
        <message>
            <source>{name}, drawn. The numbers stand in the table.</source>
            <translation>{name}، رسمًا. الأعداد في الجدول.</translation>
        </message>
        <message>
            <source>{name}, in numbers</source>
            <translation>{name}، بالأعداد</translation>
        </message>
        <message>
            <source>{name}, page {number} of {count}</source>
            <translation>{name}، الصفحة {number} من {count}</translation>
        </message>
        <message>
            <source>{name}: agreed on {time}</source>
            <translation>{name}: وافق الشخص في {time}</translation>
        </message>
        <message>
            <source>{name}: cannot be captured ({reason})</source>
            <translation>{name}: يتعذر الالتقاط ({reason})</translation>
        </message>
        <message>
            <source>{name}: this file cannot be shown here. Save a copy and open it where it can be.</source>
            <translation>{name}: لا يمكن عرض هذا الملف هنا. احفظ نسخة وافتحها حيث يمكن.</translation>
        </message>
        <message>
            <source>{name}: {quality}</source>
            <translation>{name}: {quality}</translation>
        </message>
        <message>
            <source>{number} · {name} · sealed {time}</source>
            <translation>{number} · {name} · خُتم {time}</translation>
        </message>
        <message>
            <source>{officer} with {device}, {what}: quality is {points} points lower since {day}, and too little was done by others or elsewhere to say which of the two it is. Clean the device, and exchange devices for some days.</source>
            <translation>{officer} مع {device}، {what}: الجودة أدنى بمقدار {points} نقاط منذ {day}، وما عمله غيره أو على جهاز آخر أقل من أن يبيّن أيهما السبب. نظّف الجهاز، وتبادلوا الأجهزة بضعة أيام.</translation>
        </message>
        <message>
            <source>{officer} with {device}, {what}: quality is {points} points lower than elsewhere, and nobody else worked with it who worked with another one too. Exchange devices for some days to see which of the two it is.</source>
            <translation>{officer} مع {device}، {what}: الجودة أدنى بمقدار {points} نقاط مما هي في غيره، ولم يعمل عليه أحد آخر عمل على جهاز غيره أيضًا. تبادلوا الأجهزة بضعة أيام لمعرفة أيهما السبب.</translation>
        </message>
        <message>
            <source>{officer}, {what}: quality is {points} points lower since {day}, whatever the device. Ask what has changed.</source>
            <translation>{officer}، {what}: الجودة أدنى بمقدار {points} نقاط منذ {day}، أيًا كان الجهاز. اسأل عما تغيّر.</translation>
        </message>
        <message>
            <source>{officer}, {what}: quality is {points} points lower than the team's with the same devices. Go through the placement together.</source>
            <translation>{officer}، {what}: الجودة أدنى بمقدار {points} نقاط من جودة الفريق على الأجهزة نفسها. راجعا الوضعية معًا.</translation>
        </message>
        <message>
            <source>{one}, and then {other}</source>
            <translation>{one}، ثم {other}</translation>
        </message>
        <message>
            <source>{packets} packets ({megabytes} MB) and {faces} faces that are kept now would be destroyed at once; {back} packets that were destroyed would still be here.</source>
            <translation>ستُتلف فورًا {packets} حزم ({megabytes} م.ب) و{faces} وجوه محفوظة الآن؛ وكانت {back} حزم أُتلفت ستبقى هنا.</translation>
        </message>
        <message>
            <source>{rate} pictures a second come.</source>
            <translation>تصل {rate} صورة في الثانية.</translation>
        </message>
        <message>
            <source>{score} of at most {strength}</source>
            <translation>{score} من {strength} على الأكثر</translation>
        </message>
        <message>
            <source>{seconds} s</source>
            <translation>{seconds} ث</translation>
        </message>
        <message>
            <source>{seen} fingers are seen instead of {wanted}. Take everything else off the glass.</source>
            <translation>يظهر {seen} أصابع بدلًا من {wanted}. أزل كل شيء آخر عن الزجاج.</translation>
        </message>
        <message>
            <source>{seen} fingers are seen, but only {wanted} should be there. Check the exceptions.</source>
            <translation>يظهر {seen} أصابع، وكان ينبغي أن تكون {wanted} فقط. تحقّق من الاستثناءات.</translation>
        </message>
        <message>
            <source>{seen} of {wanted} fingers are seen. Place all of them flat, a little apart.</source>
            <translation>يظهر {seen} من {wanted} أصابع. ضعها كلها مسطّحة ومتباعدة قليلًا.</translation>
        </message>
        <message>
            <source>{source} says {said} ({sure}).</source>
            <translation>{source}: {said} ({sure}).</translation>
        </message>
        <message>
            <source>{source} says {said}; here it says {standing}.</source>
            <translation>{source}: {said}؛ والمكتوب هنا: {standing}.</translation>
        </message>
        <message>
            <source>{source}, signed with {fingerprint} …</source>
            <translation>{source}، موقّع بالشهادة {fingerprint} …</translation>
        </message>
        <message>
            <source>{step} took {minutes} minutes; usual is {most} at most.</source>
            <translation>استغرقت خطوة {step} {minutes} دقيقة؛ والمعتاد {most} على الأكثر.</translation>
        </message>
        <message>
            <source>{step} took {seconds} seconds; usual is {least} at least.</source>
            <translation>استغرقت خطوة {step} {seconds} ثانية؛ والمعتاد {least} على الأقل.</translation>
        </message>
        <message>
            <source>{step}: half of yours take longer than {mine} s, half of the team's longer than {team} s.</source>
            <translation>{step}: نصف خطواتك يستغرق أكثر من {mine} ث، ونصف خطوات الفريق أكثر من {team} ث.</translation>
        </message>
        <message>
            <source>{text} is no moment. Write 2026-12-31, or 2026-12-31T08:00+01:00.</source>
            <translation>{text} ليس وقتًا. اكتب 2026-12-31 أو 2026-12-31T08:00+01:00.</translation>
        </message>
        <message>
            <source>{text} is no setting with its value. Write NAME=VALUE.</source>
            <translation>{text} ليس إعدادًا مع قيمته. اكتب NAME=VALUE.</translation>
        </message>
        <message>
            <source>{value} (the server's)</source>
            <translation>{value} (من الخادم)</translation>
        </message>
        <message>
            <source>{waiting} waiting · {held} held · {decided} to be signed off</source>
            <translation>{waiting} بانتظار المراجعة · {held} معلّقة · {decided} بانتظار التوقيع</translation>
        </message>
        <message>
            <source>{what}: level {level}</source>
            <translation>{what}: المستوى {level}</translation>
        </message>
        <message>
            <source>{what}: the limit is reached.</source>
            <translation>{what}: بُلغ الحد.</translation>
        </message>
        <message>
            <source>{what}: {used} of {limit}</source>
            <translation>{what}: {used} من {limit}</translation>
        </message>
        <message>
            <source>{what}: {used} of {limit}, enough until {date}</source>
            <translation>{what}: {used} من {limit}، يكفي حتى {date}</translation>
        </message>
        <message>
            <source>{whole}.{tenth}</source>
            <translation>{whole}.{tenth}</translation>
        </message>
        <message>
            <source>✗ not signed by this station</source>
            <translation>✗ لم توقّعها هذه المحطة</translation>
        </message>
    </context>
</TS>
