r"""The commands that math-core 0.9.0 knows: those that are one sign, and the names of the others.

A test asks math-core about every entry, so a new release of it that differs is noticed. The tables serve the hints
for unknown commands and the plain form of a formula; nothing is typeset from them.
"""

from __future__ import annotations

# name:sign, for each command that draws exactly one sign.
_SIGNS = r"""
Alpha:Α Bbbk:𝕜 Beta:Β Box:◻ Bumpeq:≎ Cap:⋒ Chi:Χ Coloneq:⩴ Coloneqq:⩴ Complex:ℂ Cup:⋓ Dagger:‡ Darr:⇓
Delta:Δ Diamond:◊ Doteq:≑ Downarrow:⇓ Epsilon:Ε Eta:Η Finv:Ⅎ Game:⅁ Gamma:Γ Harr:⇔ Im:ℑ Iota:Ι Join:⨝
Kappa:Κ Lambda:Λ Larr:⇐ Leftarrow:⇐ Leftrightarrow:⇔ Lleftarrow:⇚ Longleftarrow:⟸ Longleftrightarrow:⟺
Longrightarrow:⟹ Lrarr:⇔ Lsh:↰ Mu:Μ N:ℕ Nu:Ν Omega:Ω Omicron:Ο P:¶ Phi:Φ Pi:Π Psi:Ψ R:ℝ Rarr:⇒ Re:ℜ
Reals:ℝ Rho:Ρ Rightarrow:⇒ Rrightarrow:⇛ Rsh:↱ S:§ Sigma:Σ Subset:⋐ Supset:⋑ Tau:Τ Theta:Θ Uarr:⇑
Uparrow:⇑ Updownarrow:⇕ Upsilon:Υ VDash:⊫ Vdash:⊩ Vert:‖ Vvdash:⊪ Xi:Ξ Yleft:⤙ Yright:⤚ Z:ℤ Zeta:Ζ
alef:ℵ alefsym:ℵ aleph:ℵ alpha:α amalg:⨿ angle:∠ approx:≈ approxeq:≊ arceq:≘ ascnode:☊ ast:∗ asymp:≍
awint:⨑ backepsilon:϶ backprime:‵ backsim:∽ backsimeq:⋍ backslash:\ barwedge:⊼ because:∵ beta:β beth:ℶ
between:≬ bigcap:⋂ bigcirc:◯ bigcup:⋃ bigcupdot:⨃ bigdoublevee:⨈ bigdoublewedge:⨇ bigodot:⨀ bigoplus:⨁
bigotimes:⨂ bigsqcap:⨅ bigsqcup:⨆ bigstar:★ bigtimes:⨉ bigtriangledown:▽ bigtriangleup:△ biguplus:⨄
bigvee:⋁ bigwedge:⋀ blacklozenge:⧫ blacksquare:■ blacktriangle:▴ blacktriangledown:▾ blacktriangleleft:◀
blacktriangleright:▶ bot:⊥ botdoteq:⩦ bowtie:⋈ boxdot:⊡ boxminus:⊟ boxplus:⊞ boxtimes:⊠ bull:∙ bullet:∙
bumpeq:≏ cap:∩ cdot:⋅ cdotp:· cdots:⋯ checkmark:✓ chi:χ circ:∘ circeq:≗ circlearrowleft:↺
circlearrowright:↻ circledR:Ⓡ circledS:Ⓢ circledast:⊛ circledcirc:⊚ circleddash:⊝ cirfnint:⨐ clubs:♣
clubsuit:♣ cnums:ℂ colon:: coloneq:≔ coloneqq:≔ complement:∁ cong:≅ coprod:∐ copyright:© cup:∪
curlyeqprec:⋞ curlyeqsucc:⋟ curlyvee:⋎ curlywedge:⋏ curvearrowleft:↶ curvearrowright:↷ dArr:⇓ dag:†
dagger:† daleth:ℸ darr:↓ dashcolon:∹ dashleftarrow:⇠ dashrightarrow:⇢ dashv:⊣ dblcolon:∷ ddag:‡
ddagger:‡ ddots:⋱ degree:° degree:° delta:δ diagdown:⟍ diagup:⟋ diamond:⋄ diamonds:♢ diamondsuit:♢ digamma:ϝ
div:÷ divideontimes:⋇ doteq:≐ doteqdot:≑ dotplus:∔ dotsminusdots:∺ doublebarwedge:⩞ doublecap:⋒
doublecup:⋓ downarrow:↓ downdownarrows:⇊ downharpoonleft:⇃ downharpoonright:⇂ ell:ℓ epsilon:ϵ eqcirc:≖
eqcolon:≕ eqdef:≝ eqqcolon:≕ eqsim:≂ eqslantgtr:⪖ eqslantless:⪕ equiv:≡ eta:η eth:ð exist:∃ exists:∃
fallingdotseq:≒ fcmp:⨾ fint:⨏ flat:♭ forall:∀ frown:⌢ gamma:γ ge:≥ geq:≥ geqq:≧ geqslant:⩾ gets:← gg:≫
ggg:⋙ gggtr:⋙ gimel:ℷ gnapprox:⪊ gneq:⪈ gneqq:≩ gnsim:⋧ gt:> gtrapprox:⪆ gtrdot:⋗ gtreqless:⋛
gtreqqless:⪌ gtrless:≷ gtrsim:≳ hArr:⇔ harr:↔ hbar:ℏ hearts:♡ heartsuit:♡ hookleftarrow:↩
hookrightarrow:↪ hslash:ℏ iddots:⋰ iiiint:⨌ iiint:∭ iint:∬ image:ℑ imageof:⊷ imath:ı in:∈ infin:∞
infty:∞ int:∫ intBar:⨎ intbar:⨍ intclockwise:∱ intercal:⊺ iota:ι isin:∈ jmath:ȷ kappa:κ
kernelcontraction:∻ lAngle:⟪ lArr:⇐ lBrace:⦃ lVert:‖ lambda:λ land:∧ lang:⟨ langle:⟨ larr:← lbrace:{
lbrack:[ lceil:⌈ ldotp:. le:≤ leadsto:⇝ leftarrow:← leftarrowtail:↢ leftharpoondown:↽ leftharpoonup:↼
leftleftarrows:⇇ leftrightarrow:↔ leftrightarrows:⇆ leftrightharpoons:⇋ leftrightsquigarrow:↭
leftthreetimes:⋋ leq:≤ leqq:≦ leqslant:⩽ lessapprox:⪅ lessdot:⋖ lesseqgtr:⋚ lesseqqgtr:⪋ lessgtr:≶
lesssim:≲ lfloor:⌊ lgroup:⟮ lhd:⊲ lightning:↯ ll:≪ llangle:⦉ llbracket:⟦ llcorner:⌞ lll:⋘ llless:⋘
llparenthesis:⦇ lmoustache:⎰ lnapprox:⪉ lneq:⪇ lneqq:≨ lnot:¬ lnsim:⋦ longleftarrow:⟵
longleftrightarrow:⟷ longmapsto:⟼ longrightarrow:⟶ looparrowleft:↫ looparrowright:↬ lor:∨ lozenge:◊
lparen:( lq:‘ lrArr:⇔ lrarr:↔ lrcorner:⌟ lt:< ltimes:⋉ lvert:| maltese:✠ mapsto:↦ mathsterling:£
measeq:≞ measuredangle:∡ mho:℧ mid:∣ minuso:⦵ models:⊨ mp:∓ mu:μ multimap:⊸ nLeftarrow:⇍
nLeftrightarrow:⇎ nRightarrow:⇏ nVDash:⊯ nVdash:⊮ nabla:∇ natnums:ℕ natural:♮ ncong:≇ ne:≠ nearrow:↗
neg:¬ neq:≠ nequiv:≢ nexists:∄ ngeq:≱ ngtr:≯ ngtrless:≹ ngtrsim:≵ ni:∋ nleftarrow:↚ nleftrightarrow:↮
nleq:≰ nless:≮ nlessgt:≸ nlesssim:≴ nmid:∤ notin:∉ notni:∌ nparallel:∦ nprec:⊀ npreceq:⋠ nrightarrow:↛
nsim:≁ nsubset:⊄ nsubseteq:⊈ nsucc:⊁ nsucceq:⋡ nsupset:⊅ nsupseteq:⊉ ntriangleleft:⋪ ntrianglelefteq:⋬
ntriangleright:⋫ ntrianglerighteq:⋭ nu:ν nvDash:⊭ nvdash:⊬ nwarrow:↖ odot:⊙ oiiint:∰ oiint:∯ oint:∮
ointctrclockwise:∳ omega:ω omicron:ο ominus:⊖ oplus:⊕ origof:⊶ oslash:⊘ otimes:⊗ owns:∋ parallel:∥
partial:∂ perp:⟂ phi:ϕ pi:π pitchfork:⋔ plusmn:± pm:± pounds:£ prec:≺ precapprox:⪷ preccurlyeq:≼
preceq:⪯ precnapprox:⪹ precneqq:⪵ precnsim:⋨ precsim:≾ prime:′ prod:∏ propto:∝ psi:ψ questeq:≟ rAngle:⟫
rArr:⇒ rBrace:⦄ rVert:‖ rang:⟩ rangle:⟩ rarr:→ ratio:∶ rbrace:} rbrack:] rceil:⌉ real:ℜ reals:ℝ
restriction:↾ rfloor:⌋ rgroup:⟯ rhd:⊳ rho:ρ rightarrow:→ rightarrowtail:↣ rightharpoondown:⇁
rightharpoonup:⇀ rightleftarrows:⇄ rightleftharpoons:⇌ rightrightarrows:⇉ rightsquigarrow:⇝
rightthreetimes:⋌ risingdotseq:≓ rmoustache:⎱ rparen:) rq:’ rrangle:⦊ rrbracket:⟧ rrparenthesis:⦈
rtimes:⋊ rupee:₹ rvert:| searrow:↘ sect:§ setminus:∖ sharp:♯ sigma:σ sim:∼ simeq:≃ smile:⌣ spades:♠
spadesuit:♠ sphericalangle:∢ sqcap:⊓ sqcup:⊔ sqsubset:⊏ sqsubseteq:⊑ sqsupset:⊐ sqsupseteq:⊒ square:□
star:⋆ stareq:≛ sub:⊂ sube:⊆ subset:⊂ subseteq:⊆ subseteqq:⫅ subsetneq:⊊ subsetneqq:⫋ succ:≻
succapprox:⪸ succcurlyeq:≽ succeq:⪰ succnapprox:⪺ succneqq:⪶ succnsim:⋩ succsim:≿ sum:∑ sumint:⨋ supe:⊇
supset:⊃ supseteq:⊇ supseteqq:⫆ supsetneq:⊋ supsetneqq:⫌ swarrow:↙ tau:τ therefore:∴ theta:θ thetasym:ϑ
times:× to:→ top:⊤ triangle:△ triangledown:▿ triangleleft:◁ trianglelefteq:⊴ triangleq:≜ triangleright:▷
trianglerighteq:⊵ twoheadleftarrow:↞ twoheadrightarrow:↠ uArr:⇑ uarr:↑ ulcorner:⌜ unlhd:⊴ unrhd:⊵
uparrow:↑ updownarrow:↕ upharpoonleft:↿ upharpoonright:↾ uplus:⊎ upsilon:υ upuparrows:⇈ urcorner:⌝
vDash:⊨ varDelta:Δ varGamma:Γ varLambda:Λ varOmega:Ω varPhi:Φ varPi:Π varPsi:Ψ varSigma:Σ varTheta:Θ
varUpsilon:Υ varXi:Ξ varepsilon:ε varkappa:ϰ varnothing:∅ varointclockwise:∲ varphi:φ varpi:ϖ varrho:ϱ
varsigma:ς vartheta:ϑ vartriangle:▵ vartriangleleft:⊲ vartriangleright:⊳ vcentcolon:∶ vdash:⊢ vdots:⋮
vee:∨ veebar:⊻ veeeq:≚ vert:| wedge:∧ wedgeq:≙ weierp:℘ wp:℘ wr:≀ xi:ξ yen:¥ zeta:ζ
"""

# Functions and operators that are written as their own name.
_FUNCTIONS = """
Pr arccos arcctg arcsin arctan arctg arg ch cos cosec cosh cot cotg coth csc ctg cth deg det dim erf
erfc exp gcd hom inf ker lg lim ln log max min plim sec sh sin sinh sup tan tanh tg th
"""

# Every other command.
_OTHERS = """
AA AE And Bbb Big Bigg Biggl Biggm Biggr Bigl Bigm Bigr Bra Braket Colonapprox Colondash Colonsim
Dashcolon Eqcolon Eqqcolon H Huge Ket L LARGE Large O OE Overrightarrow Set Simcolon aa acute ae angl
angln approxcolon approxcoloncolon argmax argmin atop bar bcancel begin begingroup bf big bigg biggl
biggm biggr bigl bigm bigr binom bm bmod bold boldsymbol boxed bra brace brack braket breve c cal cancel
cfrac check choose colonapprox coloncolon coloncolonapprox coloncolonequals coloncolonminus
coloncolonsim colondash colonequals colonminus colonsim color cramped dbinom ddddot dddot ddot def dfrac
displaylimits displaystyle dot dots emph empty emptyset end endgroup enspace eqref equalscolon
equalscoloncolon fbox footnotesize frac frak gdef genfrac global grave gvertneqq hat hdashline hline
hphantom hskip hspace huge i idotsint iff impliedby implies injlim it j kern ket l label large ldots
left let liminf limits limsup lvertneqq mathbb mathbf mathbin mathcal mathchoice mathclose mathfrak
mathinner mathit mathop mathopen mathord mathpunct mathrel mathring mathrm mathscr mathsf mathstrut
mathtt medspace middle minuscolon minuscoloncolon mkern mod mskip mspace negmedspace negthickspace
negthinspace newcommand newline ngeqq ngeqslant nleqq nleqslant nobreakspace nolimits nonumber
normalsize not notag nsubseteqq nsupseteqq o oe operatorname operatornamewithlimits over overbrace
overbracket overgroup overleftarrow overleftharpoon overleftrightarrow overline overparen overrightarrow
overrightharpoon overset phantom phase pmod pod prescript projlim providecommand qquad quad r raisebox
relax renewcommand right rm scriptscriptstyle scriptsize scriptstyle set sf shoveleft shoveright sideset simcolon
simcoloncolon sixptsize slashed small sout space sqrt ss stackrel surd symbf tag tbinom text
textasciicircum textasciitilde textbackslash textbar textbardbl textbf textbraceleft textbraceright
textcolor textdagger textdaggerdbl textdegree textdollar textellipsis textemdash textendash textgreater
textit textless textquotedblleft textquotedblright textquoteleft textquoteright textregistered textrm
textsc textsf textsterling textstyle texttt textunderscore textyen tfrac thickspace thinspace tilde tiny
tt u underbar underbrace underbracket undergroup underleftarrow underleftrightarrow underline underparen
underrightarrow underset utilde v varsubsetneq varsubsetneqq varsupsetneq varsupsetneqq vec vertoverlay
vphantom widecheck widehat widetilde xLeftarrow xLeftrightarrow xRightarrow xcancel xhookleftarrow
xhookrightarrow xleftarrow xleftharpoondown xleftharpoonup xleftrightarrow xleftrightharpoons xlongequal
xmapsto xrightarrow xrightharpoondown xrightharpoonup xrightleftharpoons xtofrom xtwoheadleftarrow
xtwoheadrightarrow
"""

# The environments it knows.
_ENVIRONMENTS = """
array subarray align align* aligned darray equation equation* gather gather* gathered multline multline*
bmatrix Bmatrix cases rcases dcases drcases matrix pmatrix vmatrix Vmatrix
"""

SIGNS: dict[str, str] = {name: sign for name, _, sign in (entry.partition(":") for entry in _SIGNS.split())}
FUNCTIONS = frozenset(_FUNCTIONS.split())
OTHERS = frozenset(_OTHERS.split())
KNOWN = frozenset(SIGNS) | FUNCTIONS | OTHERS
ENVIRONMENTS = frozenset(_ENVIRONMENTS.split())
