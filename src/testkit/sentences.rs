//! Texts as people get them by SMS, in fourteen languages: codes, deliveries, accounts, appointments, and what friends
//! write.

use super::Rng;

/// A language: sentences with blanks, and what may stand in them.
#[derive(Debug)]
pub struct Language {
    /// Its name.
    pub name: &'static str,
    /// Sentences. `%n` is a number of six digits, `%t` a time of day, `%d` a date, `%a` an amount of money, `%p` a
    /// person, `%s` a sender, `%w` a word that fits into the sentences of the language that have it.
    sentences: &'static [&'static str],
    persons: &'static [&'static str],
    senders: &'static [&'static str],
    words: &'static [&'static str],
    currency: &'static str,
}

impl Language {
    /// One of its sentences, filled.
    #[must_use]
    pub fn sentence(&self, rng: &mut Rng) -> String {
        let mut text = String::new();
        let mut parts = rng.pick::<&str>(self.sentences).split('%');
        text.push_str(parts.next().unwrap_or_default());
        for part in parts {
            let mut rest = part.chars();
            match rest.next() {
                Some('n') => text.push_str(&format!("{:06}", rng.below(1_000_000))),
                Some('t') => text.push_str(&format!("{}:{:02}", 7 + rng.below(13), 5 * rng.below(12))),
                Some('d') => {
                    text.push_str(&format!("{:02}.{:02}.2026", 1 + rng.below(28), 1 + rng.below(12)))
                }
                Some('a') => {
                    let amount = format!("{}.{:02}", 1 + rng.below(900), rng.below(100));
                    text.push_str(&self.currency.replace('0', &amount));
                }
                Some('p') => text.push_str(rng.pick::<&str>(self.persons)),
                Some('s') => text.push_str(rng.pick::<&str>(self.senders)),
                Some('w') => text.push_str(rng.pick::<&str>(self.words)),
                _ => text.push('%'),
            }
            text.push_str(rest.as_str());
        }
        text
    }
}

/// The languages.
pub static LANGUAGES: &[Language] = &[
    Language {
        name: "English",
        sentences: &[
            "Your verification code is %n. Do not share it with anyone.",
            "%s: your parcel arrives on %d between %t and %t. Track it at https://track.example.com/p/%n",
            "You paid %a at %s on %d. Questions? Call 0800 %n.",
            "Hi %p, this is a reminder of your %w appointment at %t on %d. Reply YES to confirm.",
            "%p, running late, be there at %t. Sorry!",
            "Did you remember the %w? See you at %t :-)",
            "%s alert: a payment of %a was declined. If this wasn't you, reply STOP.",
            "Use %n to sign in to %s (valid for 10 minutes)",
            "Thanks for your order #%n! Total: %a. We'll text you when it ships.",
            "Happy birthday %p! Hope you have a great day, love from all of us",
        ],
        persons: &["Anna", "James", "Priya", "Tom", "Sarah O'Neill", "Mr Brown"],
        senders: &["Lloyd Bank", "PostNow", "Amazing Shop", "CityCabs", "HealthLine"],
        words: &["dentist", "physio", "hospital", "haircut", "driving test"],
        currency: "£0",
    },
    Language {
        name: "German",
        sentences: &[
            "Ihr Bestätigungscode lautet %n. Geben Sie ihn nicht weiter, auch nicht für Rückfragen.",
            "%s: Ihr Päckchen kommt am %d zwischen %t und %t Uhr. Prüfen Sie die Zustellung.",
            "Lieber Kunde, %a wurden am %d für %s abgebucht. Schöne Grüße",
            "Hallo %p, wir möchten Sie an Ihren %w um %t Uhr erinnern. Bitte bestätigen.",
            "%p, komme später, bin erst um %t da. Tschüß!",
            "Bitte den %w nicht vergessen, ich wünsche dir einen schönen Tag",
            "%s: Überweisung über %a ausgeführt. Für Rückfragen: 0800 %n",
            "Könntest du bitte um %t Uhr am Bahnhof sein? Danke, %p",
            "Alles Gute zum Geburtstag, %p! Viele liebe Grüße aus München",
            "Ihr Auto ist fertig und kann bis %t Uhr abgeholt werden. Ihre Werkstatt in Köln",
        ],
        persons: &["Jürgen", "Käthe", "Frau Müller", "Björn", "Herr Schäfer", "Sören"],
        senders: &["Sparkasse Köln", "Paketdienst", "Möbelhaus", "Stadtbücherei"],
        words: &["Zahnarzttermin", "Schlüssel", "Prüfungstermin", "Frühstückskäse", "Führerschein"],
        currency: "0 €",
    },
    Language {
        name: "French",
        sentences: &[
            "Votre code de vérification est %n. Ne le communiquez à personne.",
            "%s : votre colis sera livré le %d entre %t et %t. Merci de votre fidélité.",
            "Un paiement de %a a été effectué chez %s le %d.",
            "Bonjour %p, nous vous rappelons votre %w prévu à %t. Répondez OUI pour confirmer.",
            "%p, je suis en retard, j'arrive à %t. Désolé !",
            "N'oublie pas le %w, à très bientôt, je t'embrasse",
            "Votre dossier no %n a été accepté. Vous recevrez une réponse détaillée d'ici peu.",
            "Le rendez-vous de %t est déplacé à %t, ça te va ?",
            "Joyeux anniversaire %p ! Très belle journée à toi et à bientôt",
            "Votre commande n'a pas pu être livrée : numéro erroné. Appelez le %n.",
        ],
        persons: &["Hélène", "René", "Zoé", "M. Lefèvre", "Mme Dupré", "André"],
        senders: &["Société Générale", "La Poste", "Opéra", "Pharmacie du Marché"],
        words: &["contrôle", "rendez-vous chez le médecin", "dîner", "gâteau à la crème", "café"],
        currency: "0 €",
    },
    Language {
        name: "Spanish",
        sentences: &[
            "Tu código de verificación es %n. No lo compartas con nadie.",
            "%s: tu envío llegará el %d entre las %t y las %t. ¡Gracias por tu confianza!",
            "Se realizó un pago de %a en %s el día %d. Más información en el %n",
            "Hola %p, te recordamos tu %w mañana a las %t. Contesta SÍ para confirmar.",
            "%p, llego tarde, estaré allí a las %t. ¡Lo siento!",
            "¿Compraste el %w? Te espero a las %t en la estación",
            "¡Feliz cumpleaños, %p! Que pases un día muy bonito con los niños",
            "¿A qué hora llega el avión de mañana? Un abrazo, %p",
            "Su contraseña caducará el %d. Cámbiela en nuestra página.",
            "La reunión de las %t pasó a las %t, ¿te viene bien, señor %p?",
        ],
        persons: &["José", "María Ibáñez", "Íñigo", "Begoña", "Martín", "Señora Núñez"],
        senders: &["Banco España", "Correos", "Clínica Muñoz", "Telefónica"],
        words: &["cita médica", "jamón", "corte de pelo", "examen de inglés", "café"],
        currency: "0 €",
    },
    Language {
        name: "Portuguese",
        sentences: &[
            "O seu código de verificação é %n. Não o partilhe com ninguém.",
            "%s: a sua encomenda será entregue no dia %d entre as %t e as %t.",
            "Pagamento de %a em %s no dia %d. Se não reconhece esta transação, ligue %n.",
            "Olá %p, lembramos a sua %w amanhã às %t. Responda SIM para confirmar a presença.",
            "%p, estou atrasado, chego às %t. Até já, um abraço do João",
            "Não te esqueças da %w! Beijinhos e até amanhã",
            "Parabéns %p! Muitas felicidades neste dia tão especial, com saudações",
            "A reunião das %t passou para as %t, está bem para você?",
        ],
        persons: &["João", "Conceição", "Inês", "Sr. Magalhães", "António", "Fátima"],
        senders: &["Banco São Tomé", "Correios", "Farmácia Central", "Operadora"],
        words: &["consulta médica", "reunião", "revisão do carro", "lição de inglês"],
        currency: "0 €",
    },
    Language {
        name: "Polish",
        sentences: &[
            "Twój kod weryfikacyjny to %n. Nie udostępniaj go nikomu.",
            "%s: Twoja przesyłka zostanie doręczona %d między %t a %t. Dziękujemy!",
            "Płatność %a w %s została przyjęta dnia %d.",
            "Cześć %p, przypominamy o %w o godzinie %t. Odpisz TAK, aby potwierdzić.",
            "%p, spóźnię się, będę o %t. Przepraszam!",
            "Pamiętaj o %w, do zobaczenia, całuję",
            "Wszystkiego najlepszego z okazji urodzin, %p! Sto lat i dużo zdrowia życzą sąsiedzi",
            "Rachunek nr %n na kwotę %a należy opłacić do %d.",
        ],
        persons: &["Łukasz", "Małgorzata", "Grześ", "pani Wiśniewska", "Żaneta", "Józef"],
        senders: &["Bank Śląski", "Paczkomat", "Księgarnia", "Przychodnia"],
        words: &["wizycie u dentysty", "spotkaniu", "książce", "pączkach", "zebraniu w szkole"],
        currency: "0 zł",
    },
    Language {
        name: "Turkish",
        sentences: &[
            "Doğrulama kodunuz: %n. Kimseyle paylaşmayınız.",
            "%s: kargonuz %d tarihinde saat %t ile %t arasında teslim edilecektir.",
            "%s kartınızdan %a ödeme yapılmıştır. Bilginiz dışındaysa %n numarasını arayınız.",
            "Sayın %p, %w randevunuz saat %t için onaylanmıştır. Teşekkür ederiz.",
            "%p, biraz gecikeceğim, saat %t gibi oradayım. Özür dilerim",
            "Akşam gelirken %w almayı unutma, görüşürüz",
            "Doğum günün kutlu olsun %p! Nice mutlu yıllara, öpüyorum",
            "Toplantı saat %t yerine %t oldu, uygun mu?",
        ],
        persons: &["Ayşe", "Oğuz", "Gülşen Hanım", "İbrahim Bey", "Çağla", "Şükrü"],
        senders: &["İş Bankası", "Yurtiçi Kargo", "Eczacıbaşı", "Güneş Sigorta"],
        words: &["diş hekimi", "ekmek", "çiçek", "sınav", "göz muayenesi"],
        currency: "0 TL",
    },
    Language {
        name: "Russian",
        sentences: &[
            "Ваш код подтверждения: %n. Никому его не сообщайте.",
            "%s: ваша посылка будет доставлена %d с %t до %t. Спасибо за заказ!",
            "Оплата %a в магазине %s прошла успешно %d.",
            "Здравствуйте, %p! Напоминаем про %w в %t. Ответьте ДА для подтверждения.",
            "%p, я опаздываю, буду в %t. Извини!",
            "Не забудь про %w, увидимся вечером, целую",
            "С днём рождения, %p! Желаем счастья, здоровья и всего самого хорошего",
            "Баланс карты: %a. Подробности по телефону 8 800 %n",
            "Заказ %n готов к выдаче, пункт работает до %t",
            "Встреча переносится с %t на %t, тебе удобно?",
        ],
        persons: &["Анна", "Юрий", "Сергей Петрович", "Наталья", "Дима", "Эльвира"],
        senders: &["Сбербанк", "Почта России", "Магазин Цветы", "Поликлиника"],
        words: &["приём у врача", "хлеб", "собрание в школе", "билеты", "подарок"],
        currency: "0 руб.",
    },
    Language {
        name: "Hebrew",
        sentences: &[
            "קוד האימות שלך הוא %n. אין למסור אותו לאיש.",
            "%s: החבילה שלך תגיע בתאריך %d בין %t ל-%t. תודה שקנית אצלנו",
            "בוצע חיוב בסך %a בבית העסק %s בתאריך %d.",
            "שלום %p, תזכורת: %w בשעה %t. נא להשיב כן לאישור.",
            "%p, אני מאחר קצת, אגיע בשעה %t. סליחה!",
            "אל תשכח את %w, נתראה בערב",
            "יום הולדת שמח %p! מזל טוב ושתהיה שנה נפלאה",
            "הפגישה עברה משעה %t לשעה %t, מתאים לך?",
        ],
        persons: &["נועה", "דוד", "מר כהן", "יעל", "אבי", "שרה"],
        senders: &["בנק לאומי", "דואר ישראל", "קופת חולים", "הספרייה"],
        words: &["התור לרופא", "הלחם", "המפתחות", "הבדיקה"],
        currency: "0 ש\"ח",
    },
    Language {
        name: "Arabic",
        sentences: &[
            "رمز التحقق الخاص بك هو %n. لا تشاركه مع أحد.",
            "%s: سيتم توصيل طردك يوم %d بين %t و %t. شكرا لكم",
            "تم خصم %a من حسابك لدى %s بتاريخ %d.",
            "مرحبا %p، نذكرك بموعد %w الساعة %t. أرسل نعم للتأكيد.",
            "%p، سأتأخر قليلا وأصل الساعة %t. آسف!",
            "لا تنس %w، أراك مساء اليوم إن شاء الله",
            "كل عام وأنت بخير يا %p، مع أطيب التمنيات",
            "تم تغيير الاجتماع من %t إلى %t، هل يناسبك؟",
        ],
        persons: &["أحمد", "فاطمة", "محمود", "ليلى", "يوسف", "نورة"],
        senders: &["البنك الأهلي", "البريد السريع", "المستشفى", "المتجر"],
        words: &["طبيب الأسنان", "الخبز", "المفاتيح", "الفحص"],
        currency: "0 ريال",
    },
    Language {
        name: "Hindi",
        sentences: &[
            "आपका सत्यापन कोड %n है। इसे किसी के साथ साझा न करें।",
            "%s: आपका पार्सल %d को %t और %t के बीच पहुँचेगा। धन्यवाद",
            "आपके खाते से %a का भुगतान %s को %d को किया गया।",
            "नमस्ते %p, आपकी %w आज %t बजे है। कृपया पुष्टि करें।",
            "%p, मुझे देर हो जाएगी, मैं %t बजे तक पहुँचूँगा। माफ़ करना!",
            "%w मत भूलना, शाम को मिलते हैं",
            "जन्मदिन मुबारक हो %p! आपका दिन शुभ हो",
            "बैठक %t के बजाय %t बजे होगी, क्या यह ठीक है?",
        ],
        persons: &["अंजलि", "राहुल", "श्री शर्मा", "प्रिया", "विकास", "दीपा"],
        senders: &["भारतीय बैंक", "डाक विभाग", "अस्पताल", "दुकान"],
        words: &["जाँच", "परीक्षा", "मीटिंग", "दवाई"],
        currency: "0 रुपये",
    },
    Language {
        name: "Chinese",
        sentences: &[
            "您的验证码是%n，请勿告诉他人，十分钟内有效。",
            "【%s】您的包裹将于%d %t至%t送达，请保持电话畅通。",
            "您的账户于%d在%s消费%a，如有疑问请致电%n。",
            "%p您好，提醒您%t的%w，请回复确认。",
            "%p，我要迟到了，大概%t到，不好意思！",
            "别忘了%w，晚上见，路上小心。",
            "%p，祝你生日快乐，身体健康，万事如意！",
            "会议时间由%t改为%t，请准时参加，谢谢。",
        ],
        persons: &["小明", "王先生", "李老师", "张女士", "阿芳"],
        senders: &["工商银行", "顺丰快递", "人民医院", "网上商城"],
        words: &["体检预约", "买菜", "家长会", "面试", "带钥匙"],
        currency: "0元",
    },
    Language {
        name: "Japanese",
        sentences: &[
            "認証コードは%nです。他の人に教えないでください。",
            "%sです。お荷物は%dの%tから%tの間にお届けします。",
            "%dに%sで%aのお支払いがありました。ご確認ください。",
            "%pさん、%tの%wのお知らせです。ご都合が悪い場合はご連絡ください。",
            "%pさん、すみません、少し遅れます。%tに着きます。",
            "%wを忘れないでね。また夜に会いましょう。",
            "%pさん、お誕生日おめでとうございます。素敵な一年になりますように。",
            "会議は%tから%tに変更になりました。よろしくお願いします。",
        ],
        persons: &["田中", "さくら", "鈴木", "ケンタ", "山本"],
        senders: &["みどり銀行", "ヤマト運輸", "中央病院", "オンラインショップ"],
        words: &["歯医者の予約", "パンと牛乳", "面接", "健康診断", "カギ"],
        currency: "0円",
    },
    Language {
        name: "Korean",
        sentences: &[
            "인증번호는 %n입니다. 타인에게 알려주지 마세요.",
            "[%s] 고객님의 택배가 %d %t~%t 사이에 도착할 예정입니다.",
            "%d %s에서 %a 결제되었습니다. 문의는 %n",
            "%p님, %t에 %w이 있습니다. 확인 부탁드립니다.",
            "%p, 조금 늦을 것 같아. %t까지 갈게. 미안해!",
            "%w 잊지 마세요. 저녁에 만나요.",
            "%p님, 생일 축하합니다. 행복한 하루 보내세요!",
            "회의가 %t에서 %t로 변경되었습니다. 참고하시기 바랍니다.",
        ],
        persons: &["민수", "김철수", "지영", "박 선생님", "은지"],
        senders: &["국민은행", "우체국", "서울병원", "온라인몰"],
        words: &["치과 예약", "우유", "면접", "건강검진", "열쇠"],
        currency: "0원",
    },
];
