from greeting import main

main()
