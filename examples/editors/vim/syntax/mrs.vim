" Syntax of mrs, a language for meta-learning recommendation. Written by `mrs syntax vim`.
if exists("b:current_syntax")
  finish
endif
syntax iskeyword @,48-57,_,-
syntax keyword mrsKeyword def else expect for if include let param set
syntax keyword mrsVerb abtest adapt attach audit bandit baseline best binarize branch clean compare
syntax keyword mrsVerb compress describe edit evaluate examples explain export goto help history
syntax keyword mrsVerb interview keep lesson load meta-train model open plot publish pull quit rate
syntax keyword mrsVerb recover redo rerun resume save search show significance similar split stream
syntax keyword mrsVerb topk trace undo weigh why
syntax keyword mrsMember adam adamw adaptation als amazon anil attention auc bayes-mf bce bias
syntax keyword mrsMember book-crossing bpr calibration capped-recall ce code content content-bias
syntax keyword mrsMember coverage csv data distill diversity drift ease embedding episodic-ease
syntax keyword mrsMember episodic-ridge f1 factor federated file fomaml friends graph grid heat hit
syntax keyword mrsMember html hybrid impressions ipynb item item-knn item-mean json jsonl latex
syntax keyword mrsMember log-loss loss machine mae maml map markdown matching md melu memory meta-sgd
syntax keyword mrsMember mf mixture ml-100k ml-1m mlp movielens mrr mse ndcg neural-process
syntax keyword mrsMember noisy-bias noisy-item-mean novelty ordinal per-user plain pooled-auc
syntax keyword mrsMember pooled-f1 popularity precision prequential pretrain privacy prompt
syntax keyword mrsMember prototypical random rates recall recbole relation report reptile ridge rmse
syntax keyword mrsMember rounded-mae rules session sgd softmax successive-halving svd svg sweep
syntax keyword mrsMember synthetic terminal tex transformer user user-knn value
syntax match mrsOption "\<\%(accountant\|activation\|adapt\|adversary\|against\|alignment\|alpha\|as\|at\|attention-heads\|batch\|beside\|beta1\|beta2\|between\|bias-shrinkage\|bold\|buckets\|by\|canaries\|candidates\|categories\|category\|checkpoint\|choice-penalty\|clients\|clip\|cold\|colour\|columns\|conditions\|content-l2\|context\|count\|counts\|credits\|cutoff\|dates\|decimal\|dedupe\|delta\|descending\|domain-embedding\|draw\|drift\|drop-out\|dropout\|embed\|embed-decay\|epochs\|epsilon\|errors\|eta\|factors\|feature\|feature-l2\|feature-penalty\|features\|file\|fold\|folds\|for\|format\|friends\|from\|gain\|gap\|groups\|head-weights\|heads\|hidden\|hide-domains\|hide-items\|holdout\|id\|ids\|implicit\|impressions\|inner\|inner-lr\|intercept-ridge\|item\|items\|iterations\|k\|k-core\|keep\|kernel\|l2\|labels\|last\|late\|layers\|level\|likes\|linear-decay\|local-lr\|local-steps\|loss\|lr\|max\|meta\|min\|missing\|model\|modules\|n\|negatives\|neighbors\|new\|new-items\|new-penalty\|noise\|noise-multiplier\|noise-penalty\|noise-source\|of\|order\|others\|outer\|outliers\|over\|owners\|part\|passes\|patience\|penalty\|people\|per\|per-round\|policy\|pooled\|popularity-power\|positives\|power\|prior\|privacy\|protocol\|prune\|public\|query\|questions\|rank\|rate\|rating\|ratings\|recency\|refits\|resample\|rescale\|resplit\|ridge\|rounded\|runs\|sample\|sampling\|scale\|schedule\|secure-aggregation\|seed\|seeds\|seen\|sep\|shadows\|shape\|share\|shots\|shown\|shrinkage\|slope\|slots\|softness\|stars\|start\|starts\|steps\|stop-after\|stragglers\|support\|sweeps\|target-loss\|teacher\|test\|threads\|threshold\|time\|together\|tokens\|top\|train\|trainings\|unpack\|until\|user\|user-clip\|user-features\|user-penalty\|user-shrinkage\|users\|valid\|values\|vocabulary\|weight\|weight-decay\|weights\|where\|wide\|width\|window\|with\|words\)=\@="
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
