"""What a guesser tries first: words that are passwords by themselves or with digits and marks around them."""

from __future__ import annotations

KEYBOARD_ROWS = (
    "abcdefghijklmnopqrstuvwxyz",
    "01234567890",
    "12345678910111213",
    "qwertyuiop",
    "qwertzuiop",
    "azertyuiop",
    "asdfghjkl",
    "zxcvbnm",
    "yxcvbnm",
    "qwertyuiopasdfghjklzxcvbnm",
    "1qaz2wsx3edc4rfv5tgb6yhn7ujm",
    "1q2w3e4r5t6y7u8i9o0p",
    "qazwsxedcrfvtgbyhnujm",
    "147258369",
    "123qweasdzxc",
    "q1w2e3r4t5y6",
    "qweasdzxc",
    "asdfqwer",
    "qwerasdf",
    "abcd1234",
    "123abc",
    "1a2b3c4d5e",
)

_WORDS = """
password passwords passwort passord motdepasse contrasena contrasenha senha parola haslo heslo wachtwoord salasana
pass passw passwd pwd secret geheim login logmein signin welcome willkommen bienvenue benvenuto letmein letmeinnow
admin administrator root sysadmin superuser superadmin user username guest test tester testing testtest demo default
changeme changeit change temp temporary sample example master manager service server system database oracle mysql
postgres postgresql redis docker ubuntu debian linux windows microsoft google apple android iphone samsung facebook
twitter youtube netflix amazon internet computer laptop hacker hunter trustno iloveyou iloveu loveyou lovely love
lover forever always family mother father mommy daddy mama papa brother sister baby babygirl babyboy honey sweetie
sweetheart darling angel angels heaven jesus christ church blessed blessing faith grace hope freedom liberty justice
princess prince queen king kingdom knight dragon dragons monster phoenix unicorn wizard magic shadow ghost darkness
ninja samurai warrior soldier ranger killer sniper hunter legend champion winner victory power superman batman
spiderman ironman wolverine pokemon pikachu mario zelda nintendo playstation xbox minecraft fortnite starwars
startrek skywalker vader matrix gandalf frodo hobbit potter harrypotter hogwarts simpson mickey minnie disney
football soccer basketball baseball hockey tennis golf golfer racing boxing rugby cricket liverpool arsenal chelsea
manchester everton barcelona realmadrid juventus bayern dortmund ajax yankees lakers cowboys steelers packers eagles
broncos raiders giants patriots redsox dodgers tigers lions bears panthers falcons ravens dolphins bulldogs
monkey tiger lion bear wolf eagle falcon hawk panther cheetah leopard elephant dolphin turtle rabbit kitten kitty
puppy doggy doggie horse horses pony chicken butterfly spider cobra python snake shark mustang jaguar ferrari porsche
mercedes corvette camaro toyota honda yamaha harley ducati suzuki subaru nissan volvo
summer winter spring autumn sommer herbst fruehling sunshine sunflower sunset sunrise rainbow snow snowball flower
flowers rose roses lily daisy violet jasmine orchid orange banana apple cherry strawberry peaches lemon coffee
chocolate cookie cookies cupcake candy sugar pepper ginger cinnamon butter cheese pizza burger bacon whiskey vodka
monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
october november december today tomorrow yesterday christmas halloween easter birthday holiday vacation
michael michelle jennifer jessica jordan joshua matthew daniel david andrew anthony christopher nicholas william
robert richard thomas charles george james joseph john johnny steven stephen brandon justin tyler ryan kevin jason
brian eric mark paul peter patrick alexander alexandra alexis alex amanda ashley nicole samantha sarah rachel rebecca
stephanie elizabeth emily emma hannah olivia sophia isabella maria martha laura lauren melissa heather amber angela
andrea anna barbara charlie chelsea claire diana elena jackson harley maggie molly oliver oscar lucky max buddy
bailey cooper rocky sophie bella daisy coco simba tigger snoopy garfield scooby shadow
america american england london paris berlin madrid roma moscow russia germany deutschland france italia espana
brasil brazil argentina mexico canada australia india china japan tokyo singapore sydney newyork chicago dallas
boston houston denver phoenix seattle texas florida california hawaii alaska vegas miami
money dollar dollars euro euros bitcoin crypto ethereum stocks trading trader invest investor investment portfolio
finance banking bank banker wallet profit million millionaire billion rich richard success
music guitar drummer piano metallica nirvana eminem beatles elvis slipknot rockstar rocknroll hiphop dancer dancing
sexy sexygirl hottie naughty fuckyou fuckoff fuckme asshole bitch bullshit whatever nothing something anything
everything nobody somebody someone blink access security secure private personal public office company business work
school college university student teacher doctor nurse lawyer police army navy marine pilot captain blue blueeyes red
green yellow purple pink black white silver golden gold diamond crystal cristal emerald platinum
mercury venus mars jupiter saturn pluto earth world universe galaxy cosmos planet star stars moon moonlight thunder
lightning storm fire water ocean river mountain forest garden island beach paradise
hello hellokitty helloworld goodbye goodluck thankyou please zaq zxcvbn asdfgh asdf qwerty qwertz azerty qazwsx
qwert qwer asdfghjkl zxcvbnm abc abcd abcde abcdef abcdefg abcabc aaa aaaa xxx xxxx zzz foobar foo bar basis
dashboard correcthorse correcthorsebatterystaple opensesame sesame abracadabra trustme dontknow idontknow
"""

COMMON_WORDS = frozenset(_WORDS.split())
"""Lower case, without digits or marks: the check takes those off first."""
