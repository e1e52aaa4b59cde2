" Syntax of mrs, a language for meta-learning recommendation. Written by `mrs syntax vim`.
if exists("b:current_syntax")
  finish
endif
syntax iskeyword @,48-57,_,-
syntax keyword mrsKeyword def else expect for if include let param set
syntax keyword mrsVerb abtest adapt attach audit baseline best binarize branch clean compare compress
syntax keyword mrsVerb describe edit evaluate examples explain export goto help history interview
syntax keyword mrsVerb keep lesson load meta-train model open plot publish pull quit rate recover
syntax keyword mrsVerb redo rerun resume save search show significance similar split stream topk
syntax keyword mrsVerb trace undo weigh why
syntax keyword mrsMember adam adamw adaptation als amazon anil attention auc bayes-mf bce bias
syntax keyword mrsMember book-crossing bpr calibration capped-recall ce code content content-bias
syntax keyword mrsMember coverage csv data distill diversity drift ease embedding episodic-ease
syntax keyword mrsMember episodic-ridge f1 factor federated file fomaml friends graph grid heat hit
syntax keyword mrsMember html hybrid ipynb item item-knn item-mean json jsonl latex log-loss loss
syntax keyword mrsMember machine mae maml map markdown matching md melu memory meta-sgd mf mixture
syntax keyword mrsMember ml-100k ml-1m mlp movielens mrr mse ndcg neural-process noisy-bias
syntax keyword mrsMember noisy-item-mean novelty ordinal per-user plain pooled-auc pooled-f1
syntax keyword mrsMember popularity precision prequential pretrain privacy prompt prototypical random
syntax keyword mrsMember rates recall recbole relation report reptile ridge rmse rounded-mae rules
syntax keyword mrsMember session sgd softmax successive-halving svd svg sweep synthetic terminal tex
syntax keyword mrsMember transformer user user-knn value
syntax match mrsOption "\<\%(accountant\|activation\|adapt\|adversary\|against\|alignment\|alpha\|as\|at\|attention-heads\|batch\|beside\|beta1\|beta2\|between\|bias-shrinkage\|bold\|buckets\|by\|canaries\|candidates\|categories\|category\|checkpoint\|choice-penalty\|clients\|clip\|cold\|colour\|columns\|conditions\|content-l2\|count\|counts\|credits\|cutoff\|dates\|decimal\|dedupe\|delta\|descending\|domain-embedding\|drift\|drop-out\|dropout\|embed\|embed-decay\|epochs\|epsilon\|errors\|eta\|factors\|feature\|feature-l2\|feature-penalty\|features\|file\|fold\|folds\|for\|format\|friends\|from\|gain\|gap\|head-weights\|heads\|hidden\|hide-domains\|hide-items\|holdout\|id\|ids\|implicit\|inner\|inner-lr\|intercept-ridge\|item\|items\|iterations\|k\|k-core\|keep\|kernel\|l2\|labels\|last\|late\|layers\|level\|likes\|linear-decay\|local-lr\|local-steps\|loss\|lr\|max\|meta\|min\|missing\|model\|modules\|n\|negatives\|neighbors\|new\|new-items\|new-penalty\|noise\|noise-multiplier\|noise-penalty\|noise-source\|of\|order\|others\|outer\|outliers\|over\|owners\|part\|passes\|patience\|penalty\|people\|per\|per-round\|policy\|pooled\|popularity-power\|positives\|power\|prior\|privacy\|protocol\|prune\|public\|query\|questions\|rank\|rate\|rating\|ratings\|recency\|refits\|resample\|rescale\|resplit\|ridge\|rounded\|runs\|sample\|sampling\|scale\|schedule\|secure-aggregation\|seed\|seeds\|seen\|sep\|shadows\|shape\|share\|shots\|shrinkage\|slope\|slots\|softness\|stars\|start\|starts\|steps\|stop-after\|stragglers\|support\|sweeps\|target-loss\|teacher\|test\|threads\|threshold\|time\|together\|tokens\|top\|train\|trainings\|unpack\|until\|user\|user-clip\|user-features\|user-penalty\|user-shrinkage\|users\|valid\|values\|vocabulary\|weight\|weight-decay\|weights\|where\|wide\|width\|window\|with\|words\)=\@="
syntax match mrsNumber "\<-\?\d\+\%(\.\d\+\)\?\%(e[+-]\?\d\+\)\?%\?\>"
syntax match mrsVariable "\$[A-Za-z0-9_-]\+\%(\.[A-Za-z0-9_@-]\+\)*"
syntax region mrsHole start="{" end="}" contained contains=mrsVariable,mrsNumber
syntax match mrsEscape "\\." contained
syntax region mrsText start=+"+ end=+"+ oneline contains=mrsHole,mrsEscape
syntax region mrsText start=+'+ end=+'+ oneline
syntax match mrsComment "#.*$"
syntax match mrsDocumentation "##.*$"
highlight default link mrsKeyword Keyword
highlight default link mrsVerb Function
highlight default link mrsMember Type
highlight default link mrsOption Identifier
highlight default link mrsNumber Number
highlight default link mrsVariable Identifier
highlight default link mrsText String
highlight default link mrsEscape SpecialChar
highlight default link mrsComment Comment
highlight default link mrsDocumentation SpecialComment
let b:current_syntax = "mrs"
