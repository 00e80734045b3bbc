"""What the columns of a table are, by their headers: in English, French, German, Spanish, Italian, Dutch, Polish …"""

import re
from collections.abc import Iterable, Mapping, Sequence

from django.utils.translation import gettext as _

from . import persons
from .found import BadFile, Column, folded

# The fields a column may be mapped to. "ignore" leaves a column out that would be guessed.
_FIELDS_IN_ORDER = (
    "identifier name sort_name titled_name given_name family_name honorific_prefix honorific_suffix gender role "
    "party email address contact_form salutation constituency constituency_code region valid_from valid_to period "
    "chamber country province active ignore"
)
FIELDS = _FIELDS_IN_ORDER.split()
ALIASES = {
    "id": "identifier",
    "first_name": "given_name",
    "last_name": "family_name",
    "title": "honorific_prefix",
    "suffix": "honorific_suffix",
    "office": "role",
    "group": "party",
    "area": "constituency",
    "area_id": "constituency_code",
    "code": "constituency_code",
    "seat": "constituency",
    "ward": "constituency",
    "district": "constituency",
    "start_date": "valid_from",
    "end_date": "valid_to",
    "term": "period",
    "form": "contact_form",
    "-": "ignore",
    "": "ignore",
}
_OF_A_PERSON = frozenset(
    ("email", "party", "given_name", "family_name", "titled_name", "sort_name", "gender", "role", "constituency")
    + ("honorific_prefix", "address", "contact_form", "identifier", "valid_from")
)
# Several columns may be parts of these, in the order in which they stand.
MANY = ("email", "address")
# Of two columns for a name only the better is taken, unless both are parts of it.
_PARTS = frozenset(
    (
        "primerapellido",
        "segundoapellido",
        "apellido1",
        "apellido2",
        "tussenvoegsel",
        "achternaam",
        "імя",
        "побатькові",
        "имя",
        "отчество",
    )
)

# Folded, the best word first: of two columns for one field, that with the earlier word is taken.
_WORDS: dict[str, str] = {
    "identifier": "id personid uniqueid identifier identifiant uuid mepid memberid mnisid parlid epid userid bioguide "
    "item idbioguide bioguideid matricule numero nummer nr kennung mandateid identificador identifikator",
    "name": "name displayas displayname fullname nameofficialfull officialfull personname membername namefull "
    "nameofmember nameofcouncillor councillorname councillor cllr councilmember member memberofparliament mp mpname "
    "msp mep mepname senator senatorname deputy representative repname representativename electedmember "
    "electedrepresentative nomcomplet nometprenom nomprenom prenometnom prenomnom elu depute deputes senateur membre "
    "conseiller vollstandigername vornamename vornameundname namevorname nachnamevorname abgeordneter abgeordnete "
    "abgeordneterabgeordnete mitglied mandatstrager nombrecompleto nombreyapellidos apellidosynombre "
    "apellidosnombre diputado senador concejal nomecompleto nomeecognome cognomeenome deputato consigliere "
    "imieinazwisko nazwiskoiimie posel radny volledigenaam label الاسم اسم اسمالنائب النائب contact contactname person "
    "itemlabel personlabel humanlabel namefulltitle namedisplayas nomeparlamentar surnamefirstname "
    "lastnamefirstname surnameforename namelastfirst "
    "firstlastname firstnamelastname politicianlabel піб піп прізвищеімяпобатькові прізвищетаімя імятапрізвище фио "
    "имяифамилия фамилияимяотчество депутат ονοματεπωνυμο adsoyad adisoyadi jmenoaprijmeni numesiprenume "
    "numeleprenumele nimi נאמע שם 氏名 議員氏名 議員名 성명 이름 姓名 नाम نام ناو",
    "given_name": "firstname givenname namefirst namegivenname forename forenames givennames firstnames first given "
    "prenom prenoms vorname vornamen nombres primernombre voornaam roepnaam fornamn fornavn imie imiona etunimi ime "
    "keresztnev utonev jmeno krestnijmeno prenume الاسمالاول tilltalsnamn імя побатькові имя отчество ονομα ad adi",
    "family_name": "lastname surname familyname namelast namefamilyname last family nomdefamille nomfamille nomusuel "
    "nomdenaissance nachname familienname zuname apellidos apellido primerapellido segundoapellido cognome "
    "achternaam efternamn etternavn efternavn nazwisko sukunimi prezime sobrenome apelido apelidos vezeteknev "
    "csaladinev prijmeni numedefamilie اللقب "
    "tussenvoegsel apellido1 apellido2 прізвище фамилия επωνυμο soyad soyadi",
    "sort_name": "sortname sortas listas listname namelistas sorteringsnamn lastfirstname",
    "titled_name": "fulltitle formalname nameandtitle fullnamewithtitle addressas",
    "honorific_prefix": "title honorific honorificprefix prefix honorifictitle titel akademischertitel "
    "titre tratamiento titolo tytul salutationtitle",
    "honorific_suffix": "suffix honorificsuffix postnominals lettersafterthename namesuffix letters",
    "gender": "gender sex sexe codesexe libellesexe geschlecht sexo genero genere sesso plec kon kjonn biogender "
    "geslacht genre anrede civilite civ genderasstring genderlabel стать пол cinsiyet",
    "role": "role electedoffice position jobtitle rolename office officetitle function post posttitle fonction "
    "libelledelafonction mandat qualite funktion amt mandatsart cargo puesto carica ruolo funkcja functie stanowisko",
    "party": "party partyname politicalparty partytext partyaffiliation currentparty partypolitical partei parti "
    "partipolitique partido partidopolitico partito partij partia politicalgroup group groupname groupparty "
    "partygroup eugroup fraktion fraktionsname fraktionpartei parteifraktion groupe groupepolitique nomgroupe "
    "groupenom groupepolitiquecomplet "
    "groupecomplet libellegroupe groupeparlementaire groupeabrege nuance nuancepolitique "
    "libellenuance etiquette grupo grupoparlamentario grupopolitico gruppo gruppoparlamentare fractie klub "
    "klubparlamentarny liste wahlvorschlag affiliation partyabbreviation partyshort caucus الحزب الكتلة puolue "
    "politicalaffiliation affiliationpolitique bloque bloc סיעה parti2 siglapartido siglumpartido partylabel "
    "groupesigle groupeabrev partirattfinancier latestpartyname "
    "formacionelectoral apipoliticalgroup parlgroupname frakcio frakce strana frakcja фракція партія фракция партия "
    "κομμα partisi 会派 政党 정당 partyid",
    "email": "email emailaddress emailaddresses emails memberemail officialemail workemail parliamentaryemail "
    "councilemail contactemail emailwork mail mailaddress courriel adressecourriel courriels adresseemail "
    "adressemail adresseelectronique adressemel mel emailadresse emailadressen mailadresse correo correos "
    "correoelectronico email1 email2 emailinstitucional correoinstitucional direcciondecorreo indirizzoemail "
    "postaelettronica emailadres epost epostadress epostadresse sahkoposti adresemail adresemailowy eposta "
    "البريدالالكتروني البريد emailofficial emailpublic "
    "courrierelectronique דואראלקטרוני correioeletronico correoelectronico2 електроннапошта електроннаадреса "
    "электроннаяпочта почта имейл eposta "
    "メール メールアドレス 이메일",
    "contact_form": "contactform contactformurl webform formulaire formulairedecontact contacturl kontaktformular "
    "formulariodecontacto",
    "address": "address postaladdress fulladdress mailingaddress correspondenceaddress addressline1 addressline2 "
    "addressline3 addressline4 address1 address2 address3 address4 capitoladdress officeaddress adresse "
    "adressepostale adresse1 adresse2 anschrift postanschrift postadresse strasse strassehausnummer street "
    "streetaddress rue voie direccion direccionpostal indirizzo adres adress city town ort stadt ville commune2 "
    "ciudad localidad zip zipcode postcode postalcode plz codepostal codigopostal cap "
    "suburb eircode officespostal addresslegislature workaddress correspondence contactaddress endereco",
    "salutation": "salutation greeting dear formuledappel briefanrede",
    "constituency": "constituency constituencyname pconname wardname ward wardordivision division divisionname "
    "electoraldivision electoralarea districtname district districtlabel riding ridingname electorate electoratename "
    "electoraldistrict areaname area seat seatname currentdistrict representing represents circonscription "
    "nomcirconscription nomdelacirconscription libellecirconscription circonscriptions numerodecirconscription "
    "libelledelacirconscriptionlegislative libelledelacommune libelleducanton canton "
    "libelledelacirconscription wahlkreis wahlkreisname wahlbezirk stadtbezirk circunscripcion distrito "
    "circoscrizione collegio kieskring kiesdistrict valkrets okreg okregwyborczy nazwaokregu okrug vaalipiiri "
    "الدائرة دائرة الدائرةالانتخابية constituencyoffice borough "
    "localelectoralarea lea membershipfrom memberfrom latesthousemembershipmembershipfrom numcirco circo cantonname "
    "electoraldataconstituencylabel representedarea postlabel circuloeleitoral circulo valasztokerulet volebnikraj "
    "circumscriptie circumscriptieelectorala округ виборчийокруг избирательныйокруг εκλογικηπεριφερεια secimcevresi "
    "kraj 選挙区 선거구",
    "constituency_code": "pconcode gsscode gss constituencycode wardcode wardgsscode wdcode areacode areaid "
    "constituencyid districtid districtcode divisionid ocddivision ocdid ocddivisionid boundaryid onscode seatcode "
    "codecirconscription codedelacirconscription wahlkreisnummer wahlkreisnr wkrnr ridingcode fedcode",
    "region": "regionname region nation county regiondescription landesteil регион",
    "country": "country countryname countrycode memberstate pays apicountryofrepresentation",
    "province": "state statename siglauf uf stateabbr entidad nomcirco departementnom область "
    "province provinceterritory provinceterritoire land bundesland "
    "departement nomdepartement libelledudepartement provincia comunidadautonoma regione "
    "wojewodztwo",
    "valid_from": "startdate start from since validfrom termstart dateelected electeddate elected datestarted "
    "mandatestart datededebutdumandat datedebut datedebutmandat datedeprisedefonction debut mandatsbeginn "
    "iniciamandato mandatdebut datepriseadefonction dateprisefonction datejoining housestartdate "
    "latesthousemembershipmembershipstartdate датанабуттяповноважень "
    "beginn seit eintritt fechadealta fechaalta fechainicio inicio datainizio begindatum dataod",
    "valid_to": "enddate end until to validto termend termends "
    "finalizamandato mandatfin dateleaving houseenddate latesthousemembershipmembershipenddate "
    "termexpires termexpiration datefinished dateleft mandateend datefin datedefin "
    "datedefindumandat fin mandatsende ende bis austritt fechadebaja fechabaja fechafin datafine einddatum datado",
    "active": "active isactive iscurrent statusisactive valuelatesthousemembershipstatusisactive etat status aktiv",
    "period": "term termid legislativeperiod legislativeperiodid parliamentaryterm wahlperiode wp legislatura kadencja",
    "chamber": "chamber currentchamber house chambername kammer chambre camara body organizationname legislaturename "
    "councilname",
}
# Less is certain of a header that only holds one of these.
_HOLDS = (
    ("email", r"e?mail|courriel|correo"),
    ("given_name", r"prenom|vorname|firstname|forename|givenname"),
    ("family_name", r"nachname|surname|lastname|familyname|apellido|cognome|nomdefamille|nomdelelu"),
    (
        "constituency",
        r"(?:ward|constituency|circonscription\w*|wahlkreis|district|riding|electorate|division)(?:name)?$",
    ),
    ("constituency", r"^(?:ward|constituency|circonscription|wahlkreis)(?!.*(?:code|id|nr|nummer|number)$)"),
    ("party", r"party(?:name)?$|partei|fraktion|groupepolitique|partido"),
    ("gender", r"gender|geschlecht|sexe"),
    ("address", r"^(?:work|office|postal|mailing|correspondence|business|official|public|parliamentary)\w*address$"),
    ("name", r"^(?:surname|lastname|familyname)\w*(?:firstname|forename|givenname)s?$"),
    ("name", r"(?:councillor|member|full|representative|candidate)s?name|nameof(?:the)?(?:councillor|member)"),
)
_KNOWN = {folded(word): (field, rank) for field, words in _WORDS.items() for rank, word in enumerate(words.split())}
_WHETHER = frozenset(("t", "f", "y", "n", "yes", "no", "true", "false", "oui", "non", "ja", "nein"))
# The same word is a family name beside a given name, a given name beside a family name, or else the whole name.
_FAMILY_BESIDE_GIVEN = ("name", "nom", "naam", "namn", "navn", "nev", "label")
_GIVEN_BESIDE_FAMILY = ("nombre", "nome", "name", "first", "ime")
_WHOLE = ("nom", "nombre", "nome", "naam", "namn", "navn", "nimi", "nev", "nume", "imeprezime")


def _word(header: str) -> str:
    return folded(header)


def guess(headers: Sequence[str], rows: Sequence[Sequence[str]], mapping: Mapping[str, str] = {}) -> list[Column]:
    """What each header is taken for. What `mapping` says of a column is not guessed. Raises BadFile."""
    told = _told(headers, mapping)
    taken: dict[str, tuple[int, int]] = {}  # field → (rank, index)
    fields = [told.get(header, "") for header in headers]
    mapped = set(told.values())
    for index, header in enumerate(headers):
        field, rank = _meaning(_word(header))
        field, rank = _by_what_stands_below(header, field, rank, _cells(rows, index))
        if header in told or not field or field in mapped or not _plausible(field, _cells(rows, index)):
            continue
        if field in MANY or _word(header) in _PARTS:
            fields[index] = field
        elif field not in taken or rank < taken[field][0]:
            if field in taken:
                fields[taken[field][1]] = ""
            taken[field] = (rank, index)
            fields[index] = field
    _settle_names(headers, fields, told)
    return [
        Column(header, "" if field == "ignore" else field, _examples(rows, index))
        for index, (header, field) in enumerate(zip(headers, fields, strict=True))
    ]


def _told(headers: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    by_word = {_word(header): header for header in headers}
    told = {}
    for column, wanted in mapping.items():
        header = column if column in headers else by_word.get(_word(column))
        field = ALIASES.get(wanted.strip().lower(), wanted.strip().lower())
        if header is None:
            raise BadFile(
                _("There is no column %(column)s. The columns are: %(headers)s.")
                % {"column": column, "headers": _listed(headers)}
            )
        if field not in FIELDS:
            raise BadFile(
                _("A column cannot be %(field)s. It can be: %(fields)s.")
                % {"field": wanted, "fields": ", ".join(FIELDS)}
            )
        told[header] = field
    return told


def _meaning(word: str) -> tuple[str, int]:
    if word in _KNOWN:
        return _KNOWN[word]
    return next(((field, 1000) for field, holds in _HOLDS if re.search(holds, word)), ("", 0))


def _by_what_stands_below(header: str, field: str, rank: int, cells: list[str]) -> tuple[str, int]:
    if field == "salutation" and cells and _are_titles(cells):  # Mr, and not Dear Mr Bee
        return "honorific_prefix", 900
    if field == "active" and _word(header) in ("status", "etat") and any(map(str.isdigit, cells)):
        return "", 0  # a code of which nobody knows the meaning
    if field == "role" and cells and all(persons.gender_of(cell) for cell in cells):  # "Qualité": Mme
        return "gender", 900
    if field == "honorific_prefix" and not _are_titles(cells):
        return "role", 900
    if not field and _word(header) == "type" and cells and {*cells} <= {"sen", "rep"}:
        return "chamber", 900
    return field, rank


def _are_titles(cells: list[str]) -> bool:
    return not cells or _share(persons.titles(f"{cell} A B")[1] == "A B" for cell in cells) > 0.5


def _settle_names(headers: Sequence[str], fields: list[str], told: Mapping[str, str]) -> None:
    words = [_word(header) for header in headers]
    free = [index for index, header in enumerate(headers) if header not in told]
    for beside, words_for, field in (
        ("given_name", _FAMILY_BESIDE_GIVEN, "family_name"),
        ("family_name", _GIVEN_BESIDE_FAMILY, "given_name"),
    ):
        if beside in fields and field not in fields:
            for index in [index for index in free if words[index] in words_for][:1]:
                fields[index] = field
    if "name" not in fields and not {"given_name", "family_name"} <= set(fields):
        for index in [index for index in free if words[index] in _WHOLE][:1]:
            fields[index] = "name"


def _cells(rows: Sequence[Sequence[str]], index: int) -> list[str]:
    return [row[index].strip() for row in rows[:200] if len(row) > index and row[index].strip()]


def _examples(rows: Sequence[Sequence[str]], index: int) -> tuple[str, ...]:
    return tuple(cell[:60] for cell in dict.fromkeys(_cells(rows, index)[:20]))[:3]


def _plausible(field: str, cells: list[str]) -> bool:
    """Where a header says too little, what stands below it decides: an "office" may be a room."""
    if not cells:
        return True
    if field in ("email", "party", "constituency", "name") and all("://" in cell for cell in cells):
        return False
    if field in ("valid_from", "valid_to"):  # "elected: t" is no day
        return not {cell.casefold() for cell in cells} <= _WHETHER
    if field == "email":
        return any("@" in cell for cell in cells) or not any(len(cell) > 60 for cell in cells)
    if field == "role":
        return _share(re.fullmatch(r"[^\d]{2,}(?:\s.*)?", cell) for cell in cells) > 0.5
    if field == "constituency":  # an electorate may be a place, or how many live there
        return not all(re.fullmatch(r"[\d.,\s]{4,}", cell) for cell in cells)
    if field == "gender" or field.endswith("name"):
        wordy = _share(not re.fullmatch(r"[\d\W]+", cell) for cell in cells) > 0.5
        return wordy and (field != "gender" or max(map(len, cells)) < 30)
    return True


def _share(of: Iterable[object]) -> float:
    whether = [bool(one) for one in of]
    return sum(whether) / len(whether)


def holds_a_name(columns: Sequence[Column]) -> bool:
    return bool({column.field for column in columns} & {"name", "titled_name", "family_name"})


def check(columns: Sequence[Column], name: str) -> None:
    """Raises BadFile where no column holds the name."""
    if not holds_a_name(columns):
        raise BadFile(
            _(
                "%(name)s: no column holds the name. Say which one does, as in --map Column=name. "
                "The columns are: %(headers)s."
            )
            % {"name": name, "headers": _listed(column.name for column in columns)}
        )
    fields = {column.field for column in columns}
    if "constituency_code" in fields and not fields & _OF_A_PERSON:
        raise BadFile(_("%(name)s is a list of places: manage.py import_constituencies reads it.") % {"name": name})


def _listed(headers: Iterable[str]) -> str:
    shown = [header[:40] for header in headers]
    return ", ".join(shown[:40]) + (" …" if len(shown) > 40 else "")
